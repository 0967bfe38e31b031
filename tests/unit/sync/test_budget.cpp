#include "sync/limits/rate_limiter.hpp"
#include "sync/limits/retry.hpp"

#include <catch2/catch.hpp>

using namespace carecloud;
using namespace std::chrono_literals;

TEST_CASE("a bucket starts empty, holds its burst, and refills at its rate") {
    TokenBucket bucket(5, 3, MonoTime{0s});
    CHECK(bucket.take(MonoTime{0s}) > Duration::zero());
    CHECK(bucket.take(MonoTime{200ms}) == Duration::zero());
    CHECK(bucket.take(MonoTime{200ms}) > 190ms);
    // A long rest yields no more than the burst.
    int taken = 0;
    while (bucket.take(MonoTime{1h}) == Duration::zero())
        ++taken;
    CHECK(taken == 3);
}

TEST_CASE("sleeping as advised yields a token, and a thousand seconds yield no more than the rate") {
    TokenBucket bucket(3, 2, MonoTime{0s});
    MonoTime now{};
    int taken = 0;
    while (now.since_origin < 1000s) {
        const Duration wait = bucket.take(now);
        if (wait == Duration::zero()) ++taken;
        now = now + wait;
    }
    CHECK(taken <= 3002);
    CHECK(taken >= 2998);
}

TEST_CASE("a page that was too large makes pages smaller, and they grow again slowly to their limit") {
    PageSize size(1000);
    CHECK(PageSize::smaller(1000) == 500);
    size.passed(250, true, true);
    CHECK(size.take() == 250);
    for (int i = 0; i < 15; ++i)
        size.passed(250, true, false);
    CHECK(size.take() == 250);
    size.passed(250, true, false);
    CHECK(size.take() == 312);
    for (int i = 0; i < 1000; ++i)
        size.passed(size.take(), true, false);
    CHECK(size.take() == 1000);
}

TEST_CASE("partial pages have no effect, and a page of one record grows too") {
    PageSize size(1000);
    size.passed(1, true, true);
    for (int i = 0; i < 100; ++i)
        size.passed(1, false, false);
    CHECK(size.take() == 1);
    for (int i = 0; i < 16; ++i)
        size.passed(1, true, false);
    CHECK(size.take() == 2);
}
