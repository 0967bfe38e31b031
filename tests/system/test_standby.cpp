// A standby is ready, accepts requests that the holder of the lease carries out, and can be reloaded like any other
// daemon.
#include "system/api_client.hpp"
#include "system/cluster_site.hpp"

#include <csignal>

#include <catch2/catch.hpp>

using namespace carecloud;
using std::chrono::steady_clock;

TEST_CASE("a standby remains one when it is reloaded, and later leads with its new settings") {
    ClusterSite cluster({.records = 200,
                         .portal = {"--entity", "claim_attendance", "--entity", "provider"},
                         .poll_every = "5m"});
    cluster.start(0);
    REQUIRE(cluster.wait_until([&] { return cluster.holder() == 0; }));
    Process& standby = cluster.start(1);
    CHECK(becomes_ready(standby));
    CHECK(not_ready_for(standby) == "");
    REQUIRE(cluster.broken_at_last() == "");

    // No poll is due for minutes, so only the request can start a pass.
    cluster.give_work(50, 20, 0);
    const Run asked = ctl(cluster.site.agency, standby, {"sync"});
    INFO(asked.err);
    CHECK(asked.code == 0);
    CHECK(cluster.broken_at_last() == "");

    cluster.site.agency.config.streams.emplace_back("provider");
    cluster.reload(1);
    CHECK(becomes_ready(standby));
    CHECK(cluster.token() == 1);
    CHECK(cluster.holder() == 0);
    CHECK(cluster.store.number("SELECT count(*) FROM records WHERE stream = 'provider'") == 0);

    const auto asked_to_end = steady_clock::now();
    cluster.stop(0);
    CHECK(cluster.taken_over(1, asked_to_end) <= take_over_limit());
    CHECK(cluster.holder() == 1);
    CHECK(cluster.broken_at_last() == "");  // with both streams
    CHECK(cluster.store.number("SELECT count(*) FROM records WHERE stream = 'provider'") > 0);
    cluster.stop(1);
}
