// Records whose `modified` goes back, with the real programs (lib/sync/DESIGN.md, hazard 30 and promise 4).
#include "system/api_client.hpp"
#include "system/event_site.hpp"

#include <algorithm>
#include <csignal>
#include <optional>
#include <set>

#include <catch2/catch.hpp>

using namespace carecloud;
using namespace std::chrono_literals;

namespace {

constexpr const char* kId = "65f35b06e30c8a2e4578d118";

// Written to the portal as if by another program; `query`: in which way.
void put(PortalProcess& portal, const std::string& modified, const std::string& value,
         const std::string& query = "silent=true") {
    portal.control("POST", "/put/claim_attendance?" + query, record_of(kId, modified, {{"value", value}}));
}

int passes_of_stream(Process& daemon) {
    return api_json(daemon, "/v1/status").at("streams").at(0).at("passes").get<int>();
}

// State of the record's event and value of the record at one instant, in order: "open first", "settled second".
std::set<std::string> seen_until(const std::string& last, const Agency& agency, Process& daemon) {
    std::set<std::string> seen;
    const std::string sql =
        "SELECT e.state || ' ' || json_extract(r.body, '$.value') FROM events e JOIN records r ON r.id = "
        "e.record_id";
    const auto comes = [&] {
        seen.insert(select_text(agency.store_path(), sql));
        return seen.contains(last);
    };
    CHECK(daemon.wait_until(comes, kWithin));
    return seen;
}

std::size_t changes_of(const Agency& agency) {
    const ReadStore store = read_store(agency.store_path());
    return static_cast<std::size_t>(std::count_if(store.changes.begin(), store.changes.end(),
                                                  [](const ReadChange& change) { return change.id == kId; }));
}

}  // namespace

TEST_CASE("a version with an earlier modified is stored after an overlap, with one change each") {
    PortalProcess portal({"--records", "20"});
    Agency agency(AgencyConfig{.base_url = portal.base_url(), .stream_more = "overlap: 8s"});
    Process daemon = agency.start();
    REQUIRE(daemon.says("pass finished", kWithin));
    put(portal, instant_in(2), "first");
    REQUIRE(agency.follows(daemon, portal, kWithin) == "");
    CHECK(changes_of(agency) == 1);
    put(portal, instant_in(-2), "second");
    REQUIRE(daemon.says("doubted=1", kWithin));
    CHECK(changes_of(agency) == 1);
    CHECK(agency.follows(daemon, portal, kWithin) == "");
    CHECK(changes_of(agency) == 2);
    CHECK(daemon.says("reconcile finished", kWithin));  // a whole one was due immediately
    CHECK(changes_of(agency) == 2);
    CHECK(agency.stop(daemon).code == 0);
    CHECK(agency.broken_promise(portal) == "");
}

TEST_CASE(
    "row 1: a portal restored from its backup is followed, its later records deleted, and a replica that "
    "lags "
    "does not fill the change log") {
    PortalProcess portal({"--records", "40"});
    Agency agency(
        AgencyConfig{.base_url = portal.base_url(), .stream_more = "overlap: 4s", .more = kApiLine});
    Process daemon = agency.start();
    portal.control("POST", "/touch", {{"count", 10}});
    REQUIRE(agency.follows(daemon, portal, kWithin) == "");
    portal.control("POST", "/backup");
    portal.control("POST", "/touch", {{"count", 20}});
    portal.control("POST", "/generate", {{"count", 5}});
    REQUIRE(agency.follows(daemon, portal, kWithin) == "");
    REQUIRE(select_text(agency.store_path(), "SELECT count(*) FROM records") == "45");

    portal.control("POST", "/restore");
    const auto is_restored = [&] {
        // Records younger than the overlap are left to the next one.
        ctl(agency, daemon, {"reconcile", "claim_attendance", "--confirm-deletes"});
        return agency.broken_promise(portal).empty();
    };
    CHECK(daemon.wait_until(is_restored, kWithin));
    CHECK(agency.broken_promise(portal) == "");
    CHECK(select_text(agency.store_path(), "SELECT count(*) FROM changes WHERE kind = 'deleted'") == "5");
    CHECK(select_text(agency.store_path(), "SELECT count(*) FROM changes WHERE reversal > 0") == "20");

    // From now on half of the responses are from before these changes.
    portal.control("POST", "/touch", {{"count", 20}});
    REQUIRE(agency.follows(daemon, portal, kWithin) == "");
    portal.fault("lag", 0.5);
    CHECK(daemon.wait_until([&] { return portal.suffered("lag") >= 20; }, kWithin));
    ctl(agency, daemon, {"reconcile", "claim_attendance"});
    portal.clear_faults();
    CHECK(agency.follows(daemon, portal, kWithin) == "");
    // After the first reversal of the day each waits twice as long as the previous one.
    CHECK(std::stoi(select_text(agency.store_path(), "SELECT coalesce(max(reversal), 0) FROM changes")) <= 5);
    CHECK(ctl(agency, daemon, {"reconcile", "claim_attendance"}).code == 0);
    CHECK(agency.broken_promise(portal) == "");
    CHECK(agency.stop(daemon).code == 0);
}

TEST_CASE("an event of a version with an earlier modified is open until that version is in the store") {
    EventSite site({.records = 20, .poll_every = "1s", .stream_more = "overlap: 6s"});
    Process daemon = site.start();
    site.subscribe(daemon);
    const std::string now = instant_in(0);
    put(site.portal, instant_in(2), "first");
    REQUIRE(site.agency.follows(daemon, site.portal, kWithin) == "");
    put(site.portal, now, "second", "silent=false");
    const std::set<std::string> seen = seen_until("settled second", site.agency, daemon);
    CHECK(seen.contains("open first"));
    CHECK_FALSE(seen.contains("settled first"));
    CHECK(site.agency.follows(daemon, site.portal, kWithin) == "");
    CHECK(changes_of(site.agency) == 2);
    CHECK(site.agency.stop(daemon).code == 0);
}

TEST_CASE(
    "an event that announces a version 3 s younger, visible 3 s later, is not settled by the one held") {
    EventSite site({.records = 20, .poll_every = "1s"});
    Process daemon = site.start();
    site.subscribe(daemon);
    put(site.portal, instant_in(0), "first");
    REQUIRE(site.agency.follows(daemon, site.portal, kWithin) == "");
    put(site.portal, instant_in(3), "second", "silent=false&visible_after=3");
    const std::set<std::string> seen = seen_until("settled second", site.agency, daemon);
    CHECK(seen.contains("open first"));
    CHECK_FALSE(seen.contains("settled first"));
    CHECK(changes_of(site.agency) == 2);
    CHECK(site.agency.stop(daemon).code == 0);
}

TEST_CASE("200 events of versions that polls have found are settled with one or two queries") {
    EventSite site({.records = 300, .poll_every = "5m", .api = "127.0.0.1:0"});
    Process daemon = site.start();
    site.subscribe(daemon);
    REQUIRE(becomes_ready(daemon));
    site.portal.control("POST", "/touch", {{"count", 200}, {"silent", true}});
    REQUIRE(ctl(site.agency, daemon, {"sync"}).code == 0);
    REQUIRE(site.agency.broken_promise(site.portal) == "");
    const std::uint64_t before = requests_to(site.portal);
    const int passes_before = passes_of_stream(daemon);
    // Waits until all of them are in progress.
    daemon.send(SIGSTOP);
    REQUIRE(daemon.wait_stopped());
    std::vector<std::string> touched;
    for (const ReadChange& change : read_store(site.agency.store_path()).changes)
        if (change.seq > 300) touched.push_back(change.id);
    const auto ids = site.publish({{"ids", touched}});
    REQUIRE(ids.size() == 200);
    daemon.send(SIGCONT);
    CHECK(site.become(daemon, ids, "settled") == "");
    const std::uint64_t spent = requests_to(site.portal) - before;
    const auto passes = static_cast<std::uint64_t>(passes_of_stream(daemon) - passes_before);
    CAPTURE(spent, passes);
    CHECK(spent <= 2 * passes + 2);  // a pass for each burst, and one more query
    CHECK(passes <= 100);
    CHECK(site.agency.stop(daemon).code == 0);
}

TEST_CASE("a field that differs in each response causes one change per day, with the remedy in the log") {
    PortalProcess portal({"--fault", "signed-field"});
    portal.control("POST", "/generate", {{"count", 10}});
    Agency agency(AgencyConfig{.base_url = portal.base_url(), .poll_every = "1s", .more = kApiLine});
    std::optional<Process> daemon(std::in_place, agency.start());
    REQUIRE(becomes_ready(*daemon));
    REQUIRE(daemon->wait_until([&] { return passes_of_stream(*daemon) >= 9; }, kWithin));
    const auto updates = [&] {
        return std::stoi(
            select_text(agency.store_path(), "SELECT count(*) FROM changes WHERE kind = 'updated'"));
    };
    const int before = updates();
    CHECK(before <= 10);
    REQUIRE(daemon->says("List the fields that you need in streams[].fields", kWithin));
    CHECK(metric(*daemon, "carecloud_unsteady_total{stream=\"claim_attendance\"}") >= 1);
    // A changed `modified`, and an operator's request, take effect immediately.
    portal.control("POST", "/touch", {{"count", 1}});
    CHECK(daemon->wait_until([&] { return updates() > before; }, kWithin));
    CHECK(agency.stop(*daemon).code == 0);

    // Once no replica can be behind: the first reading gives one change each, and more only on request.
    agency.config.stream_more = "overlap: 1s";
    agency.write_config();
    daemon.emplace(agency.start());
    REQUIRE(daemon->says("pass finished", kWithin));
    for (int round = 0; round < 2; ++round) {
        const int known = updates();
        CHECK(ctl(agency, *daemon, {"reconcile", "claim_attendance", "--deep"}).code == 0);
        CHECK(updates() >= known + 9);  // the record that was touched may be too new
    }
    CHECK(agency.stop(*daemon).code == 0);
    CHECK(broken_log(read_store(agency.store_path())) == "");
}
