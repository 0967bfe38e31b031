// Daemons of two versions on one database. After a compatible migration, which only adds to the schema, the older
// daemons receive events and serve the API, but never run the engine. After an incompatible one they accept nothing
// more.
#include "system/api_client.hpp"
#include "system/cluster_site.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace carecloud;
using namespace std::chrono_literals;

namespace {

// The effects of a newer version's migration.
std::string migration(const std::string& name, bool compatible) {
    return "INSERT INTO carecloud.schema_version (version, name, compatible) SELECT max(version) + 1, '" +
           name + "', " + (compatible ? "true" : "false") +
           " FROM carecloud.schema_version; UPDATE carecloud.leases SET token = token + 1, holder = '';"
           " UPDATE carecloud.lease_expiry e SET expires_at = '-infinity', token = l.token"
           " FROM carecloud.leases l WHERE l.stream = e.stream";
}

std::size_t settled(ClusterSite& cluster) {
    return cluster.store.number("SELECT count(*) FROM events WHERE state = 'settled'");
}

}  // namespace

TEST_CASE(
    "behind a newer, compatible schema a daemon receives and serves without the engine; behind an "
    "incompatible one it does neither") {
    ClusterSite cluster({.records = 200, .portal = {"--sns-retries", "100"}, .poll_every = "1s"});
    cluster.start(0);
    cluster.start(1);
    cluster.give_work(50, 20, 5);
    REQUIRE(cluster.broken_at_last() == "");
    const std::uint64_t token = cluster.token();
    cluster.server.script(migration("adds", true), cluster.database());
    for (std::size_t i : {0, 1})
        CHECK(cluster.daemon(i).says("the schema is newer than this program", kWithin));
    cluster.kill(1);
    cluster.start(1);
    CHECK(cluster.daemon(1).says("the schema is newer than this program", kWithin));

    const std::size_t settled_before = settled(cluster);
    cluster.give_work(0, 0, 10);
    CHECK(cluster.wait_until([&] { return cluster.site.counts().at("pending") == 0; }));
    CHECK(cluster.broken_now() == "");
    CHECK(cluster.store.number("SELECT count(*) FROM events") == cluster.sent().size());
    for (std::size_t i : {0, 1})
        CHECK(api_status(cluster.daemon(i), "/v1/changes?since=0") == 200);
    CHECK(cluster.token() == token + 1);  // increased by the migration
    CHECK(settled(cluster) == settled_before);

    cluster.server.script(migration("changes", false), cluster.database());
    const std::uint64_t events = cluster.store.number("SELECT count(*) FROM events");
    cluster.give_work(0, 0, 10);
    CHECK(cluster.wait_until([&] { return cluster.site.counts().at("statuses").value("503", 0) > 0; }));
    CHECK(cluster.store.number("SELECT count(*) FROM events") == events);
    for (std::size_t i : {0, 1})
        CHECK(cluster.wait_until([&] { return api_status(cluster.daemon(i), "/readyz") == 503; }));
    CHECK(cluster.site.agency.run({"--once"}).says("store_newer"));

    // The upgrade is undone.
    cluster.server.script("DELETE FROM carecloud.schema_version WHERE name IN ('adds', 'changes')",
                          cluster.database());
    CHECK(cluster.broken_at_last() == "");
    for (std::size_t i : {0, 1})
        cluster.stop(i);
}
