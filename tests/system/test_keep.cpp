// store.keep: what the running service removes, and what it never does.
#include "system/api_client.hpp"
#include "system/movable_clock.hpp"
#include "system/store_reader.hpp"

#include <string>

#include <catch2/catch.hpp>

using namespace carecloud;
using namespace std::chrono_literals;
using Catch::Contains;

namespace {

// Five records, each with two changes.
struct KeepSite {
    PortalProcess portal{{"--records", "5"}};
    Agency agency{AgencyConfig{.base_url = portal.base_url(), .more = kApiLine}};

    KeepSite() {
        Process daemon = agency.start();
        REQUIRE(becomes_ready(daemon));
        portal.control("POST", "/touch", {{"count", 5}});
        REQUIRE(agency.follows(daemon, portal, kWithin) == "");
        REQUIRE(changes() == "10");
        REQUIRE(agency.stop(daemon).code == 0);
    }
    void keep_changes(const std::string& age) {
        agency.config.store_url = "sqlite:" + agency.store_path() + "\n  keep: { changes: " + age + " }";
        agency.write_config();
    }
    std::string changes() { return select_text(agency.store_path(), "SELECT count(*) FROM changes"); }
};

}  // namespace

TEST_CASE("store.keep: the running service removes old changes, and a client that comes too late gets 410") {
    KeepSite site;
    execute_sql(site.agency.store_path(), "UPDATE changes SET committed_at = '2020-01-01T00:00:00.000Z'");
    site.keep_changes("30d");
    Process daemon = site.agency.start();
    REQUIRE(daemon.says("removed what store.keep does not keep", kWithin));
    CHECK(site.changes() == "5");  // the newest of each record
    const std::string late = ask_api(daemon, "GET", "/v1/changes?since=1");
    CHECK_THAT(late, Contains(" 410 ") && Contains("changes_pruned") && Contains("since=0"));
    CHECK(api_json(daemon, "/v1/changes?since=0").at("changes").size() == 5);
    const Run follower = ctl(site.agency, daemon, {"changes", "--since", "1", "--follow"});
    CHECK(follower.code == 1);
    CHECK_THAT(follower.err, Contains("not kept") && Contains("carecloudctl changes --since 0"));
    CHECK(site.agency.stop(daemon).code == 0);
}

TEST_CASE("store.keep: --once removes old changes, too") {
    KeepSite site;
    execute_sql(site.agency.store_path(), "UPDATE changes SET committed_at = '2020-01-01T00:00:00.000Z'");
    site.keep_changes("30d");
    const Run run = site.agency.once();
    CHECK(run.code == 0);
    CHECK(run.says("removed what store.keep does not keep"));
    CHECK(site.changes() == "5");
    CHECK_FALSE(site.agency.once().says("removed what store.keep does not keep"));
}

TEST_CASE("store.keep: a clock that is years ahead removes nothing that is young by the portal's time") {
    if (!MovableClock::is_there()) {
        WARN("skipped: libfaketime does not work with the sanitizers; the release build runs this test");
        return;
    }
    KeepSite site;
    execute_sql(site.agency.store_path(),
                "UPDATE changes SET committed_at = '2020-01-01T00:00:00.000Z' WHERE seq = 1");
    site.keep_changes("30d");
    const MovableClock clock;
    clock.move(std::chrono::hours(24 * 800));
    Process daemon = site.agency.start(clock.prepare());
    REQUIRE(daemon.says("removed what store.keep does not keep", kWithin));
    CHECK(site.changes() == "9");
    CHECK(site.agency.stop(daemon).code == 0);
}
