// carecloud-syncd --reload, which systemctl reload runs: it waits for the running service's result, and fails with the
// reason if the configuration was refused.
#include "system/agency.hpp"
#include "system/api_client.hpp"

#include <csignal>
#include <cstdlib>

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

constexpr const char* kSuccessful = "carecloud_config_last_reload_successful";
constexpr const char* kSuccessfulAt = "carecloud_config_last_reload_success_timestamp_seconds";

// The environment that systemd sets for the service and for ExecReload=.
std::function<int()> with_runtime_folder(const Agency& agency) {
    return [folder = agency.path()] { return ::setenv("RUNTIME_DIRECTORY", folder.c_str(), 1); };
}

}  // namespace

TEST_CASE("a reload reports whether the new configuration is in use, and fails with the reason if not") {
    PortalProcess portal({"--records", "20", "--entity", "claim_attendance", "--entity", "provider"});
    Agency agency(AgencyConfig{.base_url = portal.base_url(), .more = kApiLine});
    const auto as_systemd = with_runtime_folder(agency);
    Process daemon = agency.start(as_systemd);
    REQUIRE(becomes_ready(daemon));
    CHECK(metric(daemon, kSuccessful) == 1);
    const double started = metric(daemon, kSuccessfulAt);
    CHECK(started > 1.7e9);

    agency.config.streams.emplace_back("provider");
    agency.write_config();
    const Run taken = agency.run({"--reload"}, as_systemd);
    CHECK(taken.code == 0);
    CHECK(taken.out == "new configuration accepted\n");
    CHECK(agency.follows(daemon, portal, kWithin) == "");

    write_text(agency.config_path(), "portal: { base_ur: nowhere }\nstrems: []\n");
    const Run refused = agency.run({"--reload"}, as_systemd);
    CHECK(refused.code == 78);
    CHECK(refused.says("reload refused, the current settings stay in use\n"));
    CHECK(refused.says("config.yaml:1:11: portal.base_ur"));
    CHECK(refused.says("config.yaml:2:1: strems"));
    CHECK(daemon.says("reload refused, the current settings stay in use", kWithin));
    CHECK(metric(daemon, kSuccessful) == 0);
    CHECK(metric(daemon, kSuccessfulAt) >= started);

    agency.write_config();
    CHECK(agency.run({"--reload"}, as_systemd).code == 0);
    CHECK(metric(daemon, kSuccessful) == 1);
    portal.control("POST", "/touch", {{"entity", "provider"}, {"count", 5}});
    CHECK(agency.follows(daemon, portal, kWithin) == "");
    CHECK(agency.stop(daemon).code == 0);
}

TEST_CASE("a reload without a running service fails and prints how to start it") {
    Agency agency("http://127.0.0.1:1");
    const Run run = agency.run({"--reload"}, with_runtime_folder(agency));
    CHECK(run.code == 75);
    CHECK(run.says("carecloud-syncd: no response from the service at " + agency.file("control.sock")));
    CHECK(run.says("systemctl start carecloud-syncd"));
}

TEST_CASE("if the control socket cannot be created, the service runs and accepts SIGHUP") {
    PortalProcess portal({"--records", "5"});
    Agency agency(portal.base_url());
    write_text(agency.file("control.sock"), "not a socket");
    Process daemon = agency.start(with_runtime_folder(agency));
    REQUIRE(agency.follows(daemon, portal, kWithin) == "");
    CHECK(daemon.says("systemctl reload does not work; use SIGHUP", kWithin));
    daemon.send(SIGHUP);
    CHECK(daemon.says("info  reloaded", kWithin));
    CHECK(agency.stop(daemon).code == 0);
}
