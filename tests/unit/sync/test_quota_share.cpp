// The part of a month's quota that a backfill or a reconciliation may use: what the polls do not need.
#include "engine_world.hpp"

#include <algorithm>

using namespace carecloud;
using namespace std::chrono_literals;

namespace {

constexpr const char* kMarch2024 = "2024-03";

// It is noon on March 10: polls every half hour need 1032 requests until the end of the month.
struct QuotaWorld : EngineWorld {
    // With 500 records in pages of 10, all of them loaded, and this much left of a quota of 10,000.
    QuotaWorld(std::uint64_t left) {
        poll_every = 30min;
        settings.page_size = 10;
        put_many(1, 500, 10, kOld);
        start(rate);
        REQUIRE(clock.run_until([&] { return !recorder.passes.empty(); }));
        stop_engine();
        content->tables.quota[kMarch2024] = {.sent = *rate.monthly_quota - left};
        start(rate);
    }

    bool polls_failed() const {
        return std::any_of(recorder.passes.begin(), recorder.passes.end(),
                           [](const PassReport& report) { return report.error.has_value(); });
    }

    const RateLimits rate{.per_second = 1000, .burst = 1000, .monthly_quota = 10'000};
};

const Job kBackfill{.kind = JobKind::backfill, .first_day = "20230101", .last_day = "20231231"};
const Job kDeep{.deep = true};

}  // namespace

TEST_CASE("quota: bounded passes may use the spare quota") {
    QuotaWorld world(1840);
    const Job& pass = world.row(world.request_job(kDeep));
    world.clock.run_for(1h);
    CHECK(pass.status == JobStatus::done);
}

TEST_CASE("quota: a bounded pass never uses the polls' share, and continues in the next month") {
    const Job job = GENERATE(kBackfill, kDeep);
    QuotaWorld world(1040);
    const Job& pass = world.row(world.request_job(job));
    world.clock.run_for(1h);
    CHECK(pass.is_open());
    CHECK(pass.error.find(" is reserved for polling") != std::string::npos);
    CHECK(pass.hint.find("monthly_quota") != std::string::npos);
    CHECK(pass.requests > 0);
    CHECK(world.engine->quota().count.sent <= 8960 + 12 + 20);
    world.clock.run_for(std::chrono::hours(24 * 23));
    CHECK(pass.status == JobStatus::done);
    CHECK_FALSE(world.polls_failed());
}

TEST_CASE("quota: a reconciliation that the quota stopped waits until it can make progress") {
    QuotaWorld world(1060);
    const Job& pass = world.row(world.request_job(kDeep));
    world.clock.run_for(1h);
    REQUIRE(pass.is_open());
    const std::uint64_t first = pass.requests;
    REQUIRE(first > 10);
    world.clock.run_for(3h);
    CHECK(pass.is_open());
    CHECK(pass.requests == first);
}

TEST_CASE("quota: if it is too small even for the polls, bounded passes get an equal share") {
    QuotaWorld world(840);
    world.stop_engine();
    world.content->tables.quota[kMarch2024] = {.sent = 100};
    world.start({.per_second = 1000, .burst = 1000, .monthly_quota = 1000});
    const Job& pass = world.row(world.request_job(kDeep));
    world.clock.run_for(1h);
    CHECK(pass.status == JobStatus::done);
    CHECK_FALSE(world.polls_failed());
}
