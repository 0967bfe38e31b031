#include "sync/limits/lanes.hpp"

#include <cstddef>
#include <functional>

#include <catch2/catch.hpp>

using namespace carecloud;
using namespace std::chrono_literals;

namespace {

// A portal that answers each request after `latency(lanes)`, with as many in progress as the limit allows.
struct LoadedPortal {
    std::function<Duration(std::size_t)> latency;
    MonoTime now{};
    std::size_t bytes = 1000;

    // The number of lanes after this many responses.
    std::size_t serve(LaneLimit& limit, int responses) {
        for (int i = 0; i < responses; ++i) {
            const Duration took = latency(limit.now());
            now = now + took / static_cast<Duration::rep>(limit.now());
            limit.answered(now, took, bytes);
        }
        return limit.now();
    }
};

}  // namespace

TEST_CASE("lanes double as long as the responses per second grow, up to the configured number") {
    LaneLimit limit(12);
    CHECK(limit.now() == 4);
    LoadedPortal portal{[](std::size_t) { return 300ms; }};
    CHECK(portal.serve(limit, 200) == 12);
}

TEST_CASE("lanes: a portal whose latency doubles with each request under way gets one at a time") {
    LaneLimit limit(12);
    const auto latency = [](std::size_t lanes) { return Duration(100ms) * (1 << (lanes - 1)); };
    limit.answered_alone(latency(1), 1000);
    LoadedPortal portal{latency};
    CHECK(portal.serve(limit, 30) == 1);
}

TEST_CASE("lanes: latency in proportion to the requests under way is not worth more of them") {
    LaneLimit limit(12);
    const auto latency = [](std::size_t lanes) { return Duration(100ms) * static_cast<int>(lanes); };
    limit.answered_alone(latency(1), 1000);
    LoadedPortal portal{latency};
    CHECK(portal.serve(limit, 30) == 1);
    // More lanes are tried again, but less and less often.
    std::size_t wider = 0;
    for (int i = 0; i < 10000; ++i)
        wider += portal.serve(limit, 1) > 1 ? 1 : 0;
    CHECK(wider > 0);
    CHECK(wider < 100);
}

TEST_CASE(
    "a refusal takes a third of the lanes once, and they grow again after a pause that becomes longer") {
    LaneLimit limit(12);
    LoadedPortal portal{[](std::size_t) { return 100ms; }};
    REQUIRE(portal.serve(limit, 200) == 12);
    const MonoTime sent = portal.now;
    portal.now = portal.now + 100ms;
    for (int i = 0; i < 12; ++i)  // all that were in progress
        limit.refused(portal.now, sent);
    CHECK(limit.now() == 8);
    portal.serve(limit, 50);
    CHECK(limit.now() == 8);
    portal.now = portal.now + 31s;
    CHECK(portal.serve(limit, 200) == 12);
    limit.refused(portal.now + 1s, portal.now + 1ms);
    portal.now = portal.now + 32s;
    CHECK(portal.serve(limit, 200) == 8);
    portal.now = portal.now + 30s;
    CHECK(portal.serve(limit, 200) == 12);
}

TEST_CASE("the bytes in flight are bounded whatever the number of lanes") {
    LaneLimit limit(12);
    LoadedPortal portal{[](std::size_t) { return 100ms; }};
    REQUIRE(portal.serve(limit, 200) == 12);
    limit.answered(portal.now, 100ms, 10'000'000);
    CHECK(limit.now() == 5);
    limit.answered(portal.now, 100ms, 200'000'000);
    CHECK(limit.now() == 1);
    CHECK(portal.serve(limit, 100) == 12);  // forgotten slowly
}

TEST_CASE("lanes of 0, 1 and 1,000") {
    CHECK(LaneLimit(0).now() == 1);
    CHECK(LaneLimit(1).now() == 1);
    CHECK(LaneLimit(1000).most() == LaneLimit::kMax);
    LaneLimit one(1);
    one.refused(MonoTime{1s}, MonoTime{1s});
    CHECK(one.now() == 1);
}
