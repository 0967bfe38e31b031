// Three daemons on one store: worlds of a fixed set of seeds, and a fresh one. CARECLOUD_CLUSTER=SEED prints the course
// of one of them.
#include "simulation/cluster/cluster_world.hpp"
#include "support/sanitized.hpp"

#include <cstdlib>
#include <iostream>
#include <random>
#include <string>

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

constexpr std::uint64_t kClusters = kSanitized ? 2 : 40;

}  // namespace

TEST_CASE(
    "three daemons on one store: one leads, and nothing is lost or written twice, whatever happens to them") {
    ClusterReport sum;
    for (std::uint64_t seed = 1; seed <= kClusters; ++seed) {
        const ClusterReport report = run_cluster(seed);
        INFO("CARECLOUD_CLUSTER=" << seed);
        REQUIRE(report.broken.value_or("") == "");
        sum.terms += report.terms;
        sum.losses += report.losses;
        sum.kills += report.kills;
        sum.pauses += report.pauses;
        sum.cuts += report.cuts;
        sum.requests += report.requests;
        sum.unled_max = std::max(sum.unled_max, report.unled_max);
    }
    std::cout << kClusters << " clusters: " << sum.terms << " terms, " << sum.losses << " leases lost, "
              << sum.kills << " kills, " << sum.pauses << " pauses, " << sum.cuts << " disconnections, "
              << sum.requests << " requests; without a leader for at most " << sum.unled_max << " s"
              << std::endl;
    CHECK(sum.losses > 0);
    CHECK(sum.requests > 0);
    CHECK(sum.unled_max > 4);
}

TEST_CASE("a cluster of a fresh seed") {
    const char* given = std::getenv("CARECLOUD_CLUSTER");
    const std::uint64_t seed = given ? std::stoull(given) : std::random_device{}();
    std::cout << "CARECLOUD_CLUSTER=" << seed << std::endl;
    const auto print = [](const std::string& line) { std::cout << line << "\n"; };
    const ClusterReport report = given ? run_cluster(seed, print) : run_cluster(seed);
    CHECK(report.broken.value_or("") == "");
}

TEST_CASE("a cluster of one seed takes the same course each time") {
    std::string first;
    std::string second;
    run_cluster(3, [&](const std::string& line) { first += line + "\n"; });
    run_cluster(3, [&](const std::string& line) { second += line + "\n"; });
    CHECK(first == second);
    CHECK_FALSE(first.empty());
}
