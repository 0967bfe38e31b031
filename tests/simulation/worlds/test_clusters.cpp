// Three daemons on one store: worlds of a fixed set of seeds, and a fresh one. CARECLOUD_CLUSTER=SEED prints the course
// of one of them.
#include "simulation/cluster/cluster_world.hpp"
#include "support/sanitized.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <random>
#include <string>

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

// The mutants run the first ones, within their limit of processor time.
constexpr std::uint64_t kFirst = 12;
constexpr std::uint64_t kClusters = kSanitized ? 14 : 60;

ClusterReport sum_of(std::uint64_t first, std::uint64_t last) {
    ClusterReport sum;
    for (std::uint64_t seed = first; seed <= last; ++seed) {
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
    return sum;
}

}  // namespace

TEST_CASE(
    "three daemons on one store: one leads, and nothing is lost or written twice, whatever happens to them") {
    const ClusterReport sum = sum_of(1, kSanitized ? 1 : kFirst);
    CHECK(sum.losses > 0);
    CHECK(sum.requests > 0);
}

TEST_CASE("many clusters of three daemons, with every kind of trouble") {
    const ClusterReport sum = sum_of(kFirst + 1, kClusters);
    std::cout << sum.terms << " terms, " << sum.losses << " leases lost, " << sum.kills << " kills, "
              << sum.pauses << " pauses, " << sum.cuts << " disconnections, " << sum.requests
              << " requests; without a leader for at most " << sum.unled_max << " s" << std::endl;
    for (const std::size_t count : {sum.losses, sum.kills, sum.pauses, sum.cuts, sum.requests})
        CHECK(count > 0);
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
