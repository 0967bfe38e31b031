// Interrupted during a pass: frozen for longer than all timeouts, and the portal down and up again. Meanwhile the
// portal occasionally has each of its faults.
#include "system/event_site.hpp"

#include <csignal>
#include <functional>
#include <random>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace carecloud;
using namespace std::chrono_literals;

namespace {

constexpr int kTimes = 3;

constexpr auto kReloadEvery = 10s;
constexpr int kReloads = 12;

// Errors that stop a stream for long (a refused key, a used-up quota) or lengthen its pauses are cleared by a reload.
void wait_with_reloads(Process& daemon, const std::function<bool()>& holds) {
    int reloads = 0;
    while (!daemon.wait_until(holds, kReloadEvery)) {
        REQUIRE(++reloads < kReloads);
        daemon.send(SIGHUP);
    }
}

// Waits until the store has grown beyond `from`: a pass is in progress. Then a random time longer.
std::int64_t in_the_middle(Process& daemon, const Agency& agency, std::int64_t from,
                           std::mt19937_64& random) {
    wait_with_reloads(daemon, [&] { return revision(agency.store_path()) > from; });
    std::uniform_int_distribution<int> more_ms(0, 60);
    REQUIRE(daemon.outlives(std::chrono::milliseconds(more_ms(random))));
    return revision(agency.store_path());
}

}  // namespace

TEST_CASE("the service is frozen during a pass, with pending messages, for longer than portal and SNS wait") {
    const std::uint64_t seed = test_seed();
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    // SNS waits longer than portal.timeout: when it has given up, both have.
    EventSite site({.records = 3000,
                    .portal = {"--batch", "230", "--slow", "2", "--sns-timeout", "1200ms", "--sns-retries",
                               "100", "--seed", std::to_string(seed % 1'000'000)},
                    .poll_every = "1s"});
    site.agency.config.timeout = "1s";
    site.agency.config.page_size = 50;
    Process daemon = site.start();
    site.subscribe(daemon);
    site.portal.fault_all(kFaultShare);
    std::vector<std::string> sent;
    std::int64_t seen = 0;
    for (int i = 0; i < kTimes * test_rounds(); ++i) {
        seen = in_the_middle(daemon, site.agency, seen, random);
        const auto unanswered = [&] { return site.counts().at("statuses").value("0", 0); };
        const int before = unanswered();
        daemon.send(SIGSTOP);
        REQUIRE(daemon.wait_stopped());
        const std::vector<std::string> ids = site.submit({{"count", 20}});
        sent.insert(sent.end(), ids.begin(), ids.end());
        site.portal.control("POST", "/generate", {{"count", 300}, {"batch", 100}, {"silent", true}});
        REQUIRE(daemon.wait_until([&] { return unanswered() >= before + 20; }, kWithin));
        daemon.send(SIGCONT);
    }
    site.portal.clear_faults();
    daemon.send(SIGHUP);
    for (const Delivery& end : site.ends(daemon, sent))
        CHECK(end.status == 200);
    CHECK(site.become(daemon, sent, "settled") == "");
    CHECK(site.agency.follows(daemon, site.portal, kWithin) == "");
    CHECK(site.agency.stop(daemon).code == 0);
    CHECK(site.agency.broken_promise(site.portal) == "");
}

TEST_CASE(
    "the portal is restarted during a pass: it is back immediately, or down until it counts as unreachable") {
    const std::uint64_t seed = test_seed();
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    PortalProcess portal(
        {"--records", "3000", "--batch", "230", "--slow", "2", "--seed", std::to_string(seed % 1'000'000)});
    Agency agency(AgencyConfig{.base_url = portal.base_url(), .timeout = "1s", .page_size = 50});
    portal.fault_all(kFaultShare);
    Process daemon = agency.start();
    std::int64_t seen = 0;
    for (int i = 0; i < kTimes * test_rounds(); ++i) {
        seen = in_the_middle(daemon, agency, seen, random);
        portal.control("POST", "/touch", {{"count", 100}});
        portal.control("POST", "/generate", {{"count", 300}, {"batch", 100}});
        portal.kill();
        const bool long_away = i == 1;
        if (long_away)
            wait_with_reloads(daemon, [&] { return daemon.err().find("unreachable") != std::string::npos; });
        portal.start_again();
        portal.fault_all(kFaultShare);
    }
    portal.clear_faults();
    daemon.send(SIGHUP);
    REQUIRE(agency.follows(daemon, portal, kWithin) == "");
    CHECK(daemon.says("stream recovered", kWithin));
    CHECK(agency.stop(daemon).code == 0);
    CHECK(agency.broken_promise(portal) == "");
}
