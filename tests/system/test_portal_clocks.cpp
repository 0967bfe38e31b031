// Wrong clocks, the portal's or this machine's, for seconds and permanently (lib/sync/DESIGN.md, hazard 31).
#include "system/api_client.hpp"
#include "system/movable_clock.hpp"
#include "system/programs.hpp"

#include <iostream>
#include <optional>

#include <catch2/catch.hpp>

using namespace carecloud;
using namespace std::chrono_literals;
using Catch::Contains;
using nlohmann::json;

namespace {

constexpr double kFortyYears = 40 * 365.25 * 86'400;

std::string cursor_of(const Agency& agency) {
    return select_text(agency.store_path(), "SELECT max(cursor_modified, safe_modified) FROM streams");
}

// Nothing is late, and nothing is ahead of its time.
void check_well(const Agency& agency, Process& daemon) {
    CHECK(cursor_of(agency) < instant_in(61));
    CHECK(metric(daemon, "carecloud_lag_seconds{stream=\"claim_attendance\"}") >= 0);
    CHECK(metric(daemon, "carecloud_cursor_age_seconds{stream=\"claim_attendance\"}") >= 0);
    CHECK(not_ready_for(daemon).empty());
}

int passes_of(Process& daemon) {
    return api_json(daemon, "/v1/status").at("streams").at(0).at("passes").get<int>();
}

}  // namespace

TEST_CASE("the portal's clock is 40 years ahead for 3.5 s while a record is written") {
    PortalProcess portal({"--records", "50"});
    Agency agency(AgencyConfig{
        .base_url = portal.base_url(), .poll_every = "1s", .stream_more = "overlap: 5s", .more = kApiLine});
    std::optional<Process> daemon(std::in_place, agency.start());
    REQUIRE(becomes_ready(*daemon));
    portal.fault("date-ahead", 1);
    portal.control("POST", "/put/claim_attendance",
                   record_of("65f35b06e30c8a2e45780001", instant_in(kFortyYears)));
    const auto begun = std::chrono::steady_clock::now();
    REQUIRE(daemon->says("the portal's clock is wrong", kWithin));
    CHECK(daemon->says("clock_portal_wrong", kWithin));
    CHECK(metric(*daemon, "carecloud_clock_doubted") == 1);
    CHECK(api_json(*daemon, "/v1/status").at("clock").at("verdict") == "portal_wrong");
    const auto passed = [&] { return std::chrono::steady_clock::now() - begun > 3500ms; };
    REQUIRE(daemon->wait_until(passed, kWithin));
    portal.clear_faults();
    REQUIRE(daemon->says("the clocks of the portal and this machine agree again", kWithin));
    CHECK(metric(*daemon, "carecloud_clock_doubted") == 0);
    portal.control("POST", "/generate", {{"count", 1}});
    CHECK(agency.follows(*daemon, portal, kWithin) == "");
    check_well(agency, *daemon);
    CHECK(agency.stop(*daemon).code == 0);
    daemon.emplace(agency.start());
    portal.control("POST", "/generate", {{"count", 1}});
    CHECK(agency.follows(*daemon, portal, kWithin) == "");
    REQUIRE(becomes_ready(*daemon));
    check_well(agency, *daemon);
    CHECK(agency.stop(*daemon).code == 0);
}

TEST_CASE("a store whose cursor an earlier version had moved to 2066 recovers at start") {
    PortalProcess portal({"--records", "50"});
    Agency agency(
        AgencyConfig{.base_url = portal.base_url(), .stream_more = "overlap: 5s", .more = kApiLine});
    REQUIRE(agency.once().code == 0);
    const std::string far = "'2066-03-10T12:00:00.0000000Z'";
    execute_sql(agency.store_path(), "UPDATE streams SET cursor_modified = " + far +
                                         ", safe_modified = " + far + ", portal_time = " + far);
    // One record that an idle poll would find, and one that was passed over meanwhile.
    portal.control("POST", "/generate", {{"count", 1}});
    portal.control("POST", "/put/claim_attendance",
                   record_of("65f35b06e30c8a2e45780002", "2020-01-01T00:00:00.0000000Z"));
    Process daemon = agency.start();
    REQUIRE(daemon.says("the cursor was in the future", kWithin));
    CHECK(agency.follows(daemon, portal, kWithin) == "");
    CHECK(daemon.says("reconcile finished", kWithin));
    REQUIRE(becomes_ready(daemon));
    check_well(agency, daemon);
    CHECK(agency.stop(daemon).code == 0);
}

TEST_CASE(
    "a permanent Date of 1970 is reported, no record is read again, late rows are found, doctor is correct") {
    PortalProcess portal({"--records", "300", "--fault", "date-past"});
    Agency agency(AgencyConfig{
        .base_url = portal.base_url(), .poll_every = "1s", .stream_more = "overlap: 60s", .more = kApiLine});
    Process daemon = agency.start();
    REQUIRE(agency.follows(daemon, portal, kWithin) == "");
    CHECK(daemon.says("the portal's clock is wrong: ", kWithin));
    CHECK(daemon.says("years behind this machine's", kWithin));
    CHECK(metric(daemon, "carecloud_clock_doubted") == 1);
    CHECK(metric(daemon, "carecloud_clock_skew_seconds") > 1e9);
    Process doctor({.arguments = {ctl_program(), "doctor", "--config", agency.config_path()},
                    .output = agency.file("doctor")});
    CHECK(doctor.wait(kWithin).code == 1);
    CHECK_THAT(doctor.out(),
               Contains("the portal's clock is wrong") && Contains("years behind this machine's"));

    const std::uint64_t records = records_sent_by(portal);
    const int before = passes_of(daemon);
    REQUIRE(daemon.wait_until([&] { return passes_of(daemon) >= before + 5; }, kWithin));
    const std::uint64_t sent = records_sent_by(portal) - records;
    const auto polls = static_cast<std::uint64_t>(passes_of(daemon) - before);
    CHECK(sent <= 2 + polls / 6);  // at every twelfth poll the dialect is tested with a record

    portal.control("POST", "/generate", {{"count", 5}});
    REQUIRE(agency.follows(daemon, portal, kWithin) == "");
    portal.control("POST", "/put/claim_attendance", record_of("65f35b06e30c8a2e45780003", instant_in(-8)));
    CHECK(agency.follows(daemon, portal, kWithin) == "");
    CHECK(cursor_of(agency) < instant_in(61));
    CHECK(agency.stop(daemon).code == 0);
}

TEST_CASE(
    "without a Date and with this machine's clock an hour ahead, it is reported, and late rows are found") {
    if (!MovableClock::is_there()) {
        std::cout << "left out: there is no libfaketime, or it does not go with this build" << std::endl;
        return;
    }
    const MovableClock clock;
    clock.move(1h);
    PortalProcess portal({"--records", "50", "--fault", "no-date"});
    portal.control("POST", "/generate", {{"count", 5}});
    Agency agency(AgencyConfig{
        .base_url = portal.base_url(), .poll_every = "1s", .stream_more = "overlap: 60s", .more = kApiLine});
    Process daemon = agency.start(clock.prepare());
    REQUIRE(agency.follows(daemon, portal, kWithin) == "");
    CHECK(daemon.says("the portal's responses have no Date", kWithin));
    CHECK(metric(daemon, "carecloud_clock_doubted") == 1);
    portal.control("POST", "/put/claim_attendance", record_of("65f35b06e30c8a2e45780004", instant_in(-8)));
    CHECK(agency.follows(daemon, portal, kWithin) == "");
    CHECK(agency.stop(daemon).code == 0);
}
