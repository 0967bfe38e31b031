// The database fails over to its replica while three daemons work, with and without synchronous replication. The old
// primary is started again.
#include "system/cluster_site.hpp"

#include <iostream>

#include <catch2/catch.hpp>

using namespace carecloud;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

namespace {

constexpr std::size_t kFailoverDaemons = 3;

constexpr const char* kPresentGeneration = "SELECT value FROM meta WHERE name = 'generation'";

SiteOptions failing_over() {
    return {.records = 500,
            .portal = {"--sns-connections", "40", "--sns-retries", "100", "--batch", "70"},
            .poll_every = "1s"};
}

void start_daemons(ClusterSite& cluster) {
    cluster.site.agency.config.page_size = 50;
    for (std::size_t i = 0; i < kFailoverDaemons; ++i)
        cluster.start(i);
}

// Adds work and waits until a page is written.
bool works(ClusterSite& cluster) {
    const std::uint64_t seq = cluster.store.number("SELECT seq FROM change_head");
    cluster.give_work(100, 50, 5);
    return cluster.wait_until([&] { return cluster.store.number("SELECT seq FROM change_head") > seq; });
}

}  // namespace

TEST_CASE(
    "a synchronous replica is promoted under load: nothing acknowledged is lost, and the generation is the "
    "same") {
    ClusterSite cluster(failing_over());
    PostgresCluster replica({.primary = &cluster.server});
    cluster.server.set("synchronous_standby_names", "ANY 1 (*)");
    cluster.server.restart();
    cluster.add_server(replica);
    start_daemons(cluster);
    REQUIRE(works(cluster));
    const std::string generation = cluster.store.text(kPresentGeneration);
    CHECK(cluster.store.text("SELECT sync_state FROM pg_stat_replication") == "quorum");
    cluster.give_work(1000, 300, 60);

    const std::uint64_t token = cluster.token();
    cluster.server.crash();
    replica.promote();
    const Milliseconds span = cluster.taken_over(token, steady_clock::now());
    CHECK(span <= take_over_limit());
    std::cout << "a daemon led again " << span.count() << " ms after the promotion" << std::endl;
    CHECK(cluster.broken_now() == "");
    CHECK(works(cluster));
    CHECK(cluster.broken_at_last() == "");
    CHECK(cluster.store.text(kPresentGeneration) == generation);
    for (std::size_t i = 0; i < kFailoverDaemons; ++i)
        cluster.stop(i);
}

TEST_CASE(
    "an asynchronous replica that lacks commits is promoted: the generation changes, and the old primary is "
    "refused") {
    ClusterSite cluster(failing_over());
    PostgresCluster replica({.primary = &cluster.server});
    cluster.add_server(replica);
    start_daemons(cluster);
    REQUIRE(cluster.broken_at_last() == "");
    const std::string generation = cluster.store.text(kPresentGeneration);
    const std::uint64_t replicated = cluster.store.number("SELECT seq FROM change_head");
    replica.stop();
    cluster.give_work(200, 100, 0);
    REQUIRE(cluster.broken_at_last() == "");
    CHECK(cluster.store.number("SELECT seq FROM change_head") > replicated);

    cluster.server.crash();
    replica.start();
    replica.promote();
    REQUIRE(cluster.wait_until([&] { return cluster.store.text(kPresentGeneration) != generation; }));
    CHECK(works(cluster));
    CHECK(cluster.broken_at_last() == "");

    // The old primary accepts writes, and is the first in the list of hosts.
    cluster.server.start();
    PostgresReader former(cluster.server.settings(cluster.database()));
    PostgresReader present(replica.settings(cluster.database()));
    const std::string of_former = "SELECT (SELECT seq FROM change_head) || ' ' || (SELECT n FROM event_head)";
    const std::string before = former.text(of_former);
    const std::string token = former.text("SELECT token FROM leases");
    cluster.store = PostgresReader(replica.settings(cluster.database()));
    for (std::size_t i = 0; i < kFailoverDaemons; ++i) {
        cluster.kill(i);
        cluster.start(i);
    }
    CHECK(works(cluster));
    CHECK(cluster.broken_at_last() == "");
    CHECK(former.text(of_former) == before);
    CHECK(former.text("SELECT token FROM leases") == token);
}
