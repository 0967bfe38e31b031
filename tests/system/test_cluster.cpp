// Three daemons on one PostgreSQL database. Any of them may be killed at any time: another one takes over in time,
// nothing is lost or stored twice, and together they keep to the portal's rate.
#include "system/api_client.hpp"
#include "system/cluster_site.hpp"
#include "system/movable_clock.hpp"

#include <algorithm>
#include <iostream>
#include <poll.h>
#include <random>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace carecloud;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

namespace {

constexpr int kKillRounds = 5;
constexpr std::size_t kSharingDaemons = 3;
constexpr std::uint64_t kRate = 20;  // requests per second, and the burst

SiteOptions cluster_options(std::uint64_t seed, int records) {
    return {.records = records,
            .portal = {"--sns-connections", "40", "--sns-retries", "100", "--batch", "230", "--seed",
                       std::to_string(seed % 1'000'000)},
            .poll_every = "1s"};
}

void limit_rate(ClusterSite& cluster) {
    AgencyConfig& config = cluster.site.agency.config;
    config.rate = "per_second: " + std::to_string(kRate) + ", burst: " + std::to_string(kRate);
    config.page_size = 50;
}

}  // namespace

TEST_CASE("repeated kill -9 of three daemons on one database, during a first load, increments and events") {
    const std::uint64_t seed = test_seed();
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    ClusterSite cluster(cluster_options(seed, 2000));
    limit_rate(cluster);
    const auto begun = steady_clock::now();
    for (std::size_t i = 0; i < kSharingDaemons; ++i)
        cluster.start(i);
    std::vector<Milliseconds> spans;
    const int rounds = kKillRounds * test_rounds();
    for (int round = 0; round < rounds; ++round) {
        CAPTURE(round);
        REQUIRE(cluster.wait_until([&] { return cluster.holder().has_value(); }));
        cluster.give_work(600, 300, 20);
        ::poll(nullptr, 0, std::uniform_int_distribution<int>(0, 1500)(random));
        const std::uint64_t token = cluster.token();
        const auto holder = cluster.holder();
        // In every fourth round a standby is killed, and the holder continues.
        const bool kills_holder = round % 4 != 3 && holder;
        const std::size_t victim = kills_holder ? *holder : (holder.value_or(0) + 1) % kSharingDaemons;
        const auto killed = steady_clock::now();
        cluster.kill(victim);
        if (kills_holder) {
            spans.push_back(cluster.taken_over(token, killed));
            CHECK(spans.back() <= take_over_limit());
        }
        REQUIRE(cluster.broken_now() == "");
        cluster.start(victim);
        if (!kills_holder) CHECK(cluster.token() == token);
    }
    REQUIRE(cluster.broken_at_last() == "");
    CHECK(cluster.store.number("SELECT count(*) FROM events") == cluster.sent().size());
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(steady_clock::now() - begun);
    CHECK(requests_to(cluster.site.portal) <= kRate * static_cast<std::uint64_t>(seconds.count()) + kRate);
    for (std::size_t i = 0; i < kSharingDaemons; ++i)
        cluster.stop(i);
    std::sort(spans.begin(), spans.end());
    std::cout << "one of three daemons: killed " << rounds << " times; the lease was taken over after "
              << spans.at(spans.size() / 2).count() << " ms in the median, " << spans.back().count()
              << " ms at most" << std::endl;
}

TEST_CASE("a clock that is an hour ahead neither helps nor hinders a daemon") {
    if (!MovableClock::is_there()) {
        WARN("skipped: libfaketime does not work with the sanitizers; the release build runs this test");
        return;
    }
    ClusterSite cluster(cluster_options(1, 500));
    const MovableClock clock;
    clock.move(1h);
    cluster.start(0);
    REQUIRE(cluster.wait_until([&] { return cluster.holder() == 0; }));
    cluster.start(1, clock.prepare());
    cluster.give_work(100, 50, 10);
    REQUIRE(cluster.broken_at_last() == "");
    CHECK(cluster.token() == 1);  // for the daemon that is ahead, the lease has not expired
    for (const std::size_t victim : {0, 1, 0}) {
        const std::uint64_t token = cluster.token();
        const auto killed = steady_clock::now();
        cluster.kill(victim);
        CHECK(cluster.taken_over(token, killed) <= take_over_limit());
        CHECK(cluster.holder() == 1 - victim);
        cluster.give_work(100, 50, 10);
        if (victim == 1)
            cluster.start(victim, clock.prepare());
        else
            cluster.start(victim);
        REQUIRE(cluster.broken_at_last() == "");
    }
}
