// The daemon in continuous operation: a first load, later changes, its signals.
#include "support/notify_socket.hpp"
#include "system/agency.hpp"

#include <csignal>
#include <cstdlib>

#include <catch2/catch.hpp>

using namespace carecloud;
using namespace std::chrono_literals;

TEST_CASE("a first load of thousands of records with the same modified, followed by changes") {
    PortalProcess portal({"--records", "5000", "--batch", "400"});
    Agency agency(portal.base_url());
    Process daemon = agency.start();
    REQUIRE(agency.follows(daemon, portal, kWithin) == "");

    portal.control("POST", "/touch", {{"count", 300}});
    portal.control("POST", "/disable", {{"count", 50}});
    portal.control("POST", "/generate", {{"count", 500}, {"batch", 250}});
    REQUIRE(agency.follows(daemon, portal, kWithin) == "");

    const Run run = agency.stop(daemon);
    CHECK(run.code == 0);
    CHECK(run.says("query dialect detected"));
    CHECK(run.says("stopped"));
    CHECK(agency.broken_promise(portal) == "");
    CHECK(read_store(agency.store_path()).quarantine.empty());
}

TEST_CASE("known records are not stored again, by --once or after a restart") {
    PortalProcess portal({"--records", "700", "--batch", "230"});
    Agency agency(portal.base_url());
    REQUIRE(agency.once().code == 0);
    const std::size_t changes = read_store(agency.store_path()).changes.size();
    const std::uint64_t asked = portal.control("GET", "/counts").at("total").get<std::uint64_t>();

    const Run again = agency.once();
    CHECK(again.code == 0);
    CHECK(again.says("nothing new"));
    CHECK(read_store(agency.store_path()).changes.size() == changes);
    // An idle poll is one request, whatever the number of records held.
    CHECK(portal.control("GET", "/counts").at("total").get<std::uint64_t>() == asked + 1);
}

TEST_CASE("a SIGHUP during startup reloads, and one during shutdown does not end the service") {
    PortalProcess portal({"--records", "20"});
    Agency agency(portal.base_url());
    // As if it had arrived while the store was being opened.
    Process daemon = agency.start([] {
        sigset_t reloads{};
        sigemptyset(&reloads);
        sigaddset(&reloads, SIGHUP);
        sigprocmask(SIG_BLOCK, &reloads, nullptr);
        return ::raise(SIGHUP);
    });
    REQUIRE(daemon.says("info  reloaded", kWithin));
    REQUIRE(agency.follows(daemon, portal, kWithin) == "");
    // A page that never arrives, so the stop has something to interrupt.
    portal.fault("slow-head", 1);
    REQUIRE(daemon.wait_until([&] { return portal.suffered("slow-head") > 0; }, kWithin));
    daemon.send(SIGTERM);
    for (int i = 0; i < 50 && daemon.outlives(5ms); ++i)
        daemon.send(SIGHUP);
    CHECK(daemon.wait(kStopWithin).code == 0);
}

TEST_CASE("SIGHUP accepts a valid configuration and refuses an invalid one") {
    PortalProcess portal(
        {"--records", "400", "--batch", "150", "--entity", "claim_attendance", "--entity", "provider"});
    Agency agency(portal.base_url());
    Process daemon = agency.start();
    REQUIRE(agency.follows(daemon, portal, kWithin) == "");

    agency.config.streams.emplace_back("provider");
    agency.write_config();
    daemon.send(SIGHUP);
    REQUIRE(agency.follows(daemon, portal, kWithin) == "");
    CHECK(daemon.says("reloaded", kWithin));

    write_text(agency.config_path(), "portal: { base_ur: nowhere }\n");
    daemon.send(SIGHUP);
    REQUIRE(daemon.says("reload refused, the current settings stay in use", kWithin));
    CHECK(daemon.err().find("config.yaml:1:11") != std::string::npos);
    portal.control("POST", "/touch", {{"entity", "provider"}, {"count", 20}});
    CHECK(agency.follows(daemon, portal, kWithin) == "");

    agency.config.store_url = "sqlite:" + agency.file("other.db");
    agency.write_config();
    daemon.send(SIGHUP);
    CHECK(daemon.says(": store.url changed, which requires a restart: systemctl restart carecloud-syncd",
                      kWithin));
    CHECK(agency.stop(daemon).code == 0);
}

TEST_CASE("SIGINT ends the service like SIGTERM, even if no peer responds") {
    PortalProcess portal({"--records", "10", "--fault", "slow-head"});
    Agency agency(portal.base_url());
    Process daemon = agency.start();
    REQUIRE(daemon.wait_until([&] { return portal.suffered("slow-head") > 0; }, kWithin));
    daemon.send(SIGINT);
    const Run run = agency.said(daemon, daemon.wait(kStopWithin).code);
    CHECK(run.code == 0);
    CHECK(run.says("info  stopped"));  // a normal shutdown, not the alarm that ends a hanging one
}

// Regression: errors of a removed stream were reported forever.
TEST_CASE("errors of a stream are no longer reported when a reload has removed it") {
    PortalProcess portal({"--records", "20", "--entity", "claim_attendance", "--entity", "provider"});
    portal.fault("403", 1);
    Agency agency(portal.base_url());
    NotifySocket systemd;
    Process daemon = agency.start([&] { return ::setenv("NOTIFY_SOCKET", systemd.path().c_str(), 1); });
    const auto waits = [&](const std::string& stream) {
        return systemd.status().find(stream + " waiting: ") != std::string::npos;
    };
    REQUIRE(daemon.wait_until([&] { return waits("claim_attendance"); }, kWithin));

    agency.config.streams = {"provider"};
    agency.write_config();
    daemon.send(SIGHUP);
    REQUIRE(daemon.wait_until([&] { return waits("provider"); }, kWithin));
    CHECK_FALSE(waits("claim_attendance"));
    CHECK(systemd.status().starts_with("critical: "));
    CHECK(agency.stop(daemon).code == 0);
}
