// No state is ok while the portal was never read, requests a pause, or a limit is used up; and nothing waits forever
// (the table of lib/sync/DESIGN.md, "About time, limits and order").
#include "system/api_client.hpp"
#include "system/event_site.hpp"
#include "system/wire_client.hpp"

#include <algorithm>
#include <csignal>
#include <optional>

#include <catch2/catch.hpp>

using namespace carecloud;
using namespace std::chrono_literals;
using Catch::Contains;

namespace {

// For events expected immediately, on a busy machine: retries alone would take half a minute.
constexpr std::chrono::seconds kAtOnce{20};
// For events expected in 2 to 14 seconds, which would take a minute if the interval started again.
constexpr std::chrono::seconds kDue{45};

std::size_t times(const std::string& text, const std::string& word) {
    std::size_t count = 0;
    for (std::size_t at = 0; (at = text.find(word, at)) != std::string::npos; at += word.size())
        ++count;
    return count;
}

// Every stream has had a pass.
bool have_all_passed(Process& daemon) {
    const auto streams = api_json(daemon, "/v1/status").at("streams");
    return std::all_of(streams.begin(), streams.end(),
                       [](const auto& stream) { return stream.at("passes") > 0; });
}

bool reconciles(Process& daemon, const std::string& ended, std::chrono::milliseconds deadline,
                const std::function<void()>& each_second) {
    const auto end = std::chrono::steady_clock::now() + deadline;
    while (!daemon.says(ended, 1s)) {
        if (std::chrono::steady_clock::now() > end) return false;
        each_second();
    }
    return true;
}

}  // namespace

TEST_CASE(
    "one response with a Retry-After of a month is reported immediately, and an operator's request ends the "
    "wait") {
    PortalProcess portal({"--records", "50"});
    Agency agency(AgencyConfig{.base_url = portal.base_url(), .more = kApiLine});
    Process daemon = agency.start();
    REQUIRE(becomes_ready(daemon));
    portal.control("POST", "/fault", {{"name", "retry-after-month"}, {"times", 1}});
    REQUIRE(daemon.says("the portal requested a pause until ", kAtOnce));
    CHECK(daemon.says("the next request will be sent at", kAtOnce));
    REQUIRE(daemon.wait_until([&] { return api_status(daemon, "/readyz") == 503; }, kAtOnce));
    CHECK_THAT(not_ready_for(daemon), Contains("the portal requested a pause until "));
    CHECK(ctl(agency, daemon, {"status"}).code == 2);
    const std::uint64_t before = requests_to(portal);
    portal.control("POST", "/touch", {{"count", 3}});
    const Run sync = ctl(agency, daemon, {"sync"});
    CAPTURE(sync.out, sync.err);
    CHECK(sync.code == 0);
    CHECK_THAT(sync.out, Contains("3 updated"));
    CHECK(requests_to(portal) > before);
    CHECK(not_ready_for(daemon).empty());
    CHECK(agency.follows(daemon, portal, kWithin) == "");
    CHECK(agency.stop(daemon).code == 0);
}

TEST_CASE(
    "a Retry-After of a month in each response: sync and a backfill end, with one probe for all streams") {
    PortalProcess portal({"--records", "50", "--entity", "claim_attendance", "--entity", "provider"});
    Agency agency(AgencyConfig{
        .base_url = portal.base_url(), .streams = {"claim_attendance", "provider"}, .more = kApiLine});
    Process daemon = agency.start();
    REQUIRE(becomes_ready(daemon));
    // A backfill waits for the query dialect of its stream, which the first pass detects.
    REQUIRE(daemon.wait_until([&] { return have_all_passed(daemon); }, kWithin));
    portal.fault("retry-after-month", 1);
    REQUIRE(daemon.says("the portal requested a pause until ", kAtOnce));
    REQUIRE(daemon.wait_until([&] { return Contains("provider waiting").match(not_ready_for(daemon)); },
                              kAtOnce));
    const std::uint64_t before = requests_to(portal);
    const Run sync = ctl(agency, daemon, {"sync"});
    CAPTURE(sync.out, sync.err);
    CHECK(sync.code == 1);
    CHECK_THAT(sync.out + sync.err, Contains("the portal requested a pause until "));
    CHECK(daemon.wait_until([&] { return requests_to(portal) >= before + 1; }, kAtOnce));
    CHECK(requests_to(portal) == before + 1);
    const Run begun =
        ctl(agency, daemon,
            {"backfill", "claim_attendance", "--from", "2024-01", "--to", "2024-02", "--no-wait"});
    CHECK(begun.code == 0);
    CHECK(daemon.says("backfill interrupted, will be retried", kAtOnce));
    // That was an operator's request, too.
    CHECK(daemon.wait_until([&] { return requests_to(portal) >= before + 2; }, kAtOnce));
    CHECK(requests_to(portal) == before + 2);
    // A reload sends a probe, too; then everything continues.
    portal.clear_faults();
    daemon.send(SIGHUP);
    CHECK(daemon.says("backfill finished", kWithin));
    CHECK(becomes_ready(daemon));
    CHECK(agency.stop(daemon).code == 0);
}

// The interval is at least a minute, so most of it has passed before the service starts.
TEST_CASE("reconcile.every counts across reloads and restarts") {
    PortalProcess portal({"--records", "50"});
    Agency agency(AgencyConfig{
        .base_url = portal.base_url(), .stream_more = "reconcile: { every: 1m }", .more = kApiLine});
    REQUIRE(agency.once().code == 0);
    const auto age = [&](const std::string& table, const std::string& column) {
        execute_sql(agency.store_path(), "UPDATE " + table + " SET " + column +
                                             " = strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '-52 seconds')");
    };
    age("first_passes", "ended_at");
    std::optional<Process> daemon(std::in_place, agency.start());
    REQUIRE(becomes_ready(*daemon));
    CHECK(reconciles(*daemon, "reconcile finished", kDue, [&] { daemon->send(SIGHUP); }));
    CHECK(times(daemon->err(), "reloaded") >= 1);
    CHECK(agency.stop(*daemon).code == 0);
    REQUIRE(read_passes(agency.store_path()).size() == 1);

    age("passes", "updated_at");
    for (int restart = 0; restart < 2; ++restart) {
        daemon.emplace(agency.start());
        REQUIRE(daemon->says("pass finished", kWithin));
        CHECK(agency.stop(*daemon).code == 0);
    }
    daemon.emplace(agency.start());
    CHECK(daemon->says("reconcile finished", kDue));
    CHECK(agency.stop(*daemon).code == 0);
    CHECK(read_passes(agency.store_path()).size() == 2);
}

TEST_CASE("eight streams share a quota of 300: all are filled, and sent and reserved are shown separately") {
    const std::vector<std::string> entities = {
        "claim_attendance", "claim", "family", "provider", "care", "family_case", "family_member", "note"};
    std::vector<std::string> options{"--records", "20"};
    for (const std::string& entity : entities)
        options.insert(options.end(), {"--entity", entity});
    PortalProcess portal(options);
    Agency agency(AgencyConfig{.base_url = portal.base_url(),
                               .streams = entities,
                               .poll_every = "5m",
                               .rate = "per_second: 1000, burst: 1000, monthly_quota: 300",
                               .more = kApiLine});
    std::optional<Process> daemon(std::in_place, agency.start());
    REQUIRE(agency.follows(*daemon, portal, kWithin) == "");
    REQUIRE(daemon->wait_until([&] { return times(daemon->err(), "pass finished") >= 8; }, kWithin));
    CHECK(not_ready_for(*daemon).empty());
    const auto quota = api_json(*daemon, "/v1/status").at("quota");
    CAPTURE(quota.dump());
    const std::uint64_t sent = requests_to(portal);
    CHECK(quota.at("sent") == sent);
    CHECK(quota.at("limit") == 300);
    CHECK(quota.at("sent").get<int>() + quota.at("reserved").get<int>() <= 300);
    CHECK(metric(*daemon, "carecloud_quota_requests{state=\"sent\"}") == static_cast<double>(sent));
    CHECK(metric(*daemon, "carecloud_quota_requests{state=\"reserved\"}") ==
          quota.at("reserved").get<double>());

    // A crash may count a few too many, never too few.
    daemon->send(SIGKILL);
    daemon->wait(kWithin);
    daemon.emplace(agency.start());
    REQUIRE(daemon->wait_until([&] { return times(daemon->err(), "pass finished") >= 8; }, kWithin));
    CHECK(api_json(*daemon, "/v1/status").at("quota").at("sent").get<std::uint64_t>() >= requests_to(portal));

    // Nearly all of the quota can be used, and not one request more.
    for (int i = 0; i < 60 && not_ready_for(*daemon).empty(); ++i)
        ctl(agency, *daemon, {"sync"});
    CHECK_THAT(not_ready_for(*daemon), Contains("the quota of") && Contains("is used up"));
    CHECK(requests_to(portal) <= 300);
    CHECK(requests_to(portal) >= 300 - 64);
    CHECK(agency.stop(*daemon).code == 0);
    CHECK(select_text(agency.store_path(), "SELECT reserved FROM quota") == "0");
}

TEST_CASE("invalid days are refused, or end only their backfill, and the next one runs") {
    PortalProcess portal({"--records", "50"});
    Agency agency(AgencyConfig{.base_url = portal.base_url(), .more = kApiLine});
    std::optional<Process> daemon(std::in_place, agency.start());
    REQUIRE(becomes_ready(*daemon));
    for (const char* days : {"from=0002-03-01&to=2024-03-01", "from=1899-12-31&to=2024-03-01",
                             "from=2024-03-01&to=2101-01-01", "from=9999-12-31&to=9999-12-31"}) {
        INFO(days);
        const std::string target = std::string("/v1/backfill?entity=claim_attendance&") + days;
        CHECK(status_of(ask_api(*daemon, "POST", target)) == 400);
    }
    CHECK(ctl(agency, *daemon, {"backfill", "claim_attendance", "--from", "0002-03-01", "--to", "2024-03"})
              .code == 64);
    CHECK(read_passes(agency.store_path()).empty());
    CHECK(agency.stop(*daemon).code == 0);

    // As an earlier version may have stored it.
    execute_sql(
        agency.store_path(),
        "INSERT INTO passes (kind, stream, state, scheduled, deep, whole, confirm_deletes, first_day, "
        "last_day, steps, steps_done, records, missing, changed, gone, deleted, requests, error, hint, "
        "wished_at, started_at, updated_at) VALUES ('backfill', 'claim_attendance', 'waiting', 0, 0, "
        "0, 0, '00020301', '20240301', 0, 0, 0, 0, 0, 0, 0, 0, '', '', '2026-01-01T00:00:00.000Z', "
        "'', '2026-01-01T00:00:00.000Z')");
    daemon.emplace(agency.start());
    CHECK(daemon->says("backfill failed", kWithin));
    CHECK(read_passes(agency.store_path()).front().state == "failed");
    CHECK(
        ctl(agency, *daemon, {"backfill", "claim_attendance", "--from", "2024-01", "--to", "2024-03"}).code ==
        0);
    CHECK(ctl(agency, *daemon, {"reconcile", "claim_attendance"}).code == 0);
    CHECK(becomes_ready(*daemon));
    CHECK(agency.stop(*daemon).code == 0);
}

TEST_CASE(
    "a wrong base_url is logged immediately, and the service is not ready before its first successful pass") {
    PortalProcess portal({"--records", "50"});
    Agency agency(AgencyConfig{.base_url = portal.base_url() + "/elsewhere", .more = kApiLine});
    std::optional<Process> daemon(std::in_place, agency.start());
    REQUIRE(daemon->says("(refused)", kAtOnce));
    CHECK_THAT(not_ready_for(*daemon), Contains("no pass has completed yet"));
    CHECK_THAT(not_ready_for(*daemon, "?for=sns"), Contains("no section sns"));
    CHECK(metric(*daemon, "carecloud_ready") == 0);
    // A restart does not forget that there was none.
    CHECK(agency.stop(*daemon).code == 0);
    daemon.emplace(agency.start());
    CHECK_THAT(not_ready_for(*daemon), Contains("no pass has completed yet"));

    agency.config.base_url = portal.base_url();
    agency.write_config();
    daemon->send(SIGHUP);
    REQUIRE(becomes_ready(*daemon));
    CHECK(metric(*daemon, "carecloud_ready") == 1);
    // From then on an unreachable portal is not a reason, also after a restart.
    portal.kill();
    CHECK(agency.stop(*daemon).code == 0);
    daemon.emplace(agency.start());
    REQUIRE(daemon->says("(unreachable)", kWithin));
    CHECK(not_ready_for(*daemon).empty());
    CHECK(agency.stop(*daemon).code == 0);
}

TEST_CASE("if all responses are unusable, the first is logged immediately, and events are accepted") {
    for (const char* fault : {"html", "not-json", "is-success-false", "500"}) {
        INFO(fault);
        EventSite site({.portal = {"--fault", fault}, .poll_every = "1s", .api = "127.0.0.1:0"});
        Process daemon = site.start();
        REQUIRE(daemon.says("warn  ", kAtOnce));
        CHECK_THAT(not_ready_for(daemon), Contains("no pass has completed yet"));
        site.subscribe(daemon);
        CHECK(not_ready_for(daemon, "?for=sns").empty());
        const auto ids = site.submit({{"count", 1}});
        CHECK(site.ends(daemon, ids).front().status == 200);
        CHECK(site.become(daemon, ids, "open") == "");
        CHECK(site.agency.stop(daemon).code == 0);
    }
}
