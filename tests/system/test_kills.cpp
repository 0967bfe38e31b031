// Killed, stopped, cut off, at any moment: nobody's help is needed.
#include "system/agency.hpp"

#include <csignal>
#include <random>

#include <catch2/catch.hpp>

using namespace carecloud;
using namespace std::chrono_literals;

namespace {

constexpr auto kWithin = 60s;
constexpr int kKills = 20;

}  // namespace

TEST_CASE("kill -9 at any moment of a first load and of increments") {
    const std::uint64_t seed = test_seed();
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    std::uniform_int_distribution<int> span_ms(0, 350);
    PortalProcess portal({"--records", "3000", "--batch", "230"});
    Agency agency(AgencyConfig{.base_url = portal.base_url(), .page_size = 50});
    int killed_at_work = 0;
    for (int kill = 0; kill < kKills; ++kill) {
        CAPTURE(kill);
        Process daemon = agency.start();
        REQUIRE(daemon.outlives(std::chrono::milliseconds(span_ms(random))));
        if (kill % 2 == 1) {
            portal.control("POST", "/touch", {{"count", 100}});
            portal.control("POST", "/generate", {{"count", 60}, {"batch", 25}});
            REQUIRE(daemon.outlives(std::chrono::milliseconds(span_ms(random) / 4)));
        }
        const std::int64_t before = revision(agency.store_path());
        if (before > 0) ++killed_at_work;
        daemon.send(SIGKILL);
        const Ended end = daemon.wait(10s);
        REQUIRE(end.signal == SIGKILL);
        agency.said(daemon, end.code);
    }
    INFO("killed with something in the store: " << killed_at_work);
    Process daemon = agency.start();
    REQUIRE(agency.follows(daemon, portal, kWithin) == "");
    CHECK(agency.stop(daemon).code == 0);
    CHECK(agency.broken_promise(portal) == "");
    CHECK(read_store(agency.store_path()).quarantine.empty());
}

TEST_CASE("stopped in the middle, and going on") {
    PortalProcess portal({"--records", "2000", "--batch", "230"});
    Agency agency(AgencyConfig{.base_url = portal.base_url(), .page_size = 50});
    Process daemon = agency.start();
    REQUIRE(daemon.wait_until([&] { return revision(agency.store_path()) > 0; }, kWithin));
    daemon.send(SIGSTOP);
    REQUIRE(daemon.wait_stopped());
    portal.control("POST", "/touch", {{"count", 200}});
    portal.control("POST", "/generate", {{"count", 300}, {"batch", 100}});
    daemon.send(SIGCONT);
    REQUIRE(agency.follows(daemon, portal, kWithin) == "");
    CHECK(agency.stop(daemon).code == 0);
}

TEST_CASE("a portal that goes and comes again at its address") {
    PortalProcess portal({"--records", "2000", "--batch", "230"});
    Agency agency(AgencyConfig{.base_url = portal.base_url(), .page_size = 50});
    Process daemon = agency.start();
    REQUIRE(daemon.wait_until([&] { return revision(agency.store_path()) > 0; }, kWithin));
    portal.kill();
    REQUIRE(daemon.says("unreachable", kWithin));
    portal.start_again();
    portal.control("POST", "/generate", {{"count", 300}, {"batch", 100}});
    REQUIRE(agency.follows(daemon, portal, kWithin) == "");
    CHECK(daemon.says("the stream is well again", kWithin));
    CHECK(agency.stop(daemon).code == 0);
}
