#include "unit/sync/engine_world.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

using namespace carecloud;
using namespace std::chrono_literals;

namespace {

Error down() {
    return Error{
        .code = ErrorCode::unreachable, .operation = "query", .subject = "connection refused", .hint = ""};
}

}  // namespace

TEST_CASE("a stream polls immediately and then by its interval") {
    EngineWorld world;
    world.put_many(1, 10, 5, kOld);
    world.start();
    world.clock.run_for(24h);
    CHECK(world.recorder.passes.size() >= 24 * 60 * 2 / 11);
    CHECK(world.recorder.passes.size() <= 24 * 60 * 2 / 9 + 1);
    CHECK(world.recorder.passes.front().summary.created == 10);
    world.check_same();
}

TEST_CASE("nudges coalesce: one pass runs and at most one waits (hazard 17)") {
    EngineWorld world;
    world.put_many(1, 10, 5, kOld);
    Engine& engine = world.start();
    world.clock.run_for(1s);
    REQUIRE(world.recorder.passes.size() == 1);
    for (int i = 0; i < 1'000; ++i)
        CHECK(engine.nudge(kEntity));
    world.clock.run_for(1ms);
    for (int i = 0; i < 1'000; ++i)
        engine.nudge(kEntity);
    world.clock.run_for(10s);
    CHECK(world.recorder.passes.size() == 3);
    CHECK_FALSE(engine.nudge("family"));
}

TEST_CASE("a stream that fails backs off, nudges do not shorten it, and it recovers automatically") {
    EngineWorld world;
    world.put_many(1, 10, 5, kOld);
    world.portal.set_fault_hook([](const SeenRequest&) -> std::optional<Error> { return down(); });
    Engine& engine = world.start();
    for (int minute = 0; minute < 120; ++minute) {
        engine.nudge(kEntity);
        world.clock.run_for(1min);
    }
    const auto failed = world.recorder.passes.size();
    CHECK(world.recorder.pauses.size() == failed);
    CHECK(failed > 10);
    CHECK(failed < 130);
    world.portal.set_fault_hook({});
    world.clock.run_for(6min);
    CHECK_FALSE(world.recorder.passes.back().error);
    world.check_same();
}

TEST_CASE("forgiving shortens a long backoff") {
    EngineWorld world;
    world.put_many(1, 10, 5, kOld);
    world.portal.set_fault_hook([](const SeenRequest&) -> std::optional<Error> {
        return Error{.code = ErrorCode::key_refused, .operation = "query", .subject = "HTTP 403", .hint = ""};
    });
    Engine& engine = world.start();
    world.clock.run_for(6h);
    world.portal.set_fault_hook({});
    engine.forgive();
    world.clock.run_for(1s);
    CHECK_FALSE(world.recorder.passes.back().error);
}

TEST_CASE("one stream's failure does not affect others, and all share one rate") {
    EngineWorld world;
    world.put_many(1, 10, 5, kOld);
    REQUIRE(world.model.put("family", document(1, kOld)));
    world.portal.set_fault_hook([](const SeenRequest& request) -> std::optional<Error> {
        if (request.text.find(R"("Take")") != std::string::npos &&
            request.text.find("provider_marker") != std::string::npos)
            return down();
        return std::nullopt;
    });
    world.start({.per_second = 2, .burst = 3}, {kEntity, "family", "provider"});
    world.clock.run_for(1h);
    std::map<std::string, int> good;
    for (const PassReport& report : world.recorder.passes)
        good[report.stream] += report.error ? 0 : 1;
    CHECK(good[kEntity] >= 10);
    CHECK(good["family"] >= 10);
    CHECK(good["provider"] >= 10);
}

TEST_CASE("the rate is observed exactly, whatever the streams request") {
    EngineWorld world;
    world.settings.page_size = 10;
    world.put_many(1, 2'000, 100, kOld);
    std::vector<MonoTime> sent;
    world.portal.set_fault_hook([&](const SeenRequest&) -> std::optional<Error> {
        sent.push_back(world.clock.now());
        return std::nullopt;
    });
    world.start({.per_second = 5, .burst = 4}, {kEntity, "family", "provider"});
    world.clock.run_for(10min);
    REQUIRE(sent.size() > 200);
    for (std::size_t i = 5; i < sent.size(); ++i) {
        // Any five requests after a burst of four take at least a fifth of a second, less the bucket's rounding.
        CHECK(sent[i] - sent[i - 5] >= 199ms);
    }
    CHECK(world.held() == 2'000);
}

TEST_CASE("the monthly quota is kept across restarts, and a new month resets it (hazard 9)") {
    EngineWorld world;
    world.put_many(1, 10, 5, kOld);
    int sent = 0;
    world.portal.set_fault_hook([&](const SeenRequest&) -> std::optional<Error> {
        ++sent;
        return std::nullopt;
    });
    world.start({.per_second = 1000, .burst = 1000, .monthly_quota = 100});
    Engine* engine = world.engine.get();
    for (int hours = 0; hours < 24; ++hours) {
        for (int i = 0; i < 60; ++i) {
            engine->nudge(kEntity);
            world.clock.run_for(1min);
        }
        if (hours % 6 == 5) {
            engine->stop();
            REQUIRE(world.clock.run_until([&] { return world.ended; }));
            world.ended = false;
            engine = &world.start({.per_second = 1000, .burst = 1000, .monthly_quota = 100});
        }
    }
    CHECK(sent <= 100);
    CHECK(sent >= 95);
    CHECK(world.recorder.passes.back().error->code == ErrorCode::quota_exhausted);
    world.clock.run_for(std::chrono::hours(24 * 22));
    CHECK(sent > 100);
    CHECK_FALSE(world.recorder.passes.back().error);
}

// Each stream read the rest of the quota before any of them had counted its share.
TEST_CASE("streams that request the last of the quota concurrently do not exceed it together (promise 5)") {
    EngineWorld world;
    world.settings.page_size = 5;
    const std::vector<std::string> entities{kEntity, "family", "provider"};
    for (const std::string& entity : entities) {
        for (unsigned n = 1; n <= 500; ++n)
            REQUIRE(world.model.put(entity, document(n, kOld)));
    }
    int sent = 0;
    world.portal.set_fault_hook([&](const SeenRequest&) -> std::optional<Error> {
        ++sent;
        return std::nullopt;
    });
    world.start({.per_second = 1000, .burst = 1000, .monthly_quota = 100}, entities);
    world.clock.run_for(1h);
    CHECK(sent <= 100);
    CHECK(sent >= 50);
    CHECK(world.tables().quota.at("2024-03").total() <= 100);
}

TEST_CASE("polling slows down before the quota is used up, and lasts to the month's end (promise 5)") {
    EngineWorld world;
    world.put_many(1, 10, 5, kOld);
    world.start({.per_second = 10, .burst = 10, .monthly_quota = 2'000});
    world.clock.run_for(std::chrono::hours(24 * 21));
    for (const PassReport& report : world.recorder.passes)
        CHECK_FALSE(report.error);
    CHECK(world.recorder.passes.size() > 1'200);
    CHECK(world.recorder.passes.size() <= 2'000);
    // And the observer is notified.
    REQUIRE_FALSE(world.recorder.stretches.empty());
    CHECK(world.recorder.stretches.front().value() > world.poll_every);
    CHECK(world.engine->snapshot(kEntity)->stretched);
    CHECK(world.engine->snapshot(kEntity)->poll_every > world.poll_every);
}

TEST_CASE(
    "a quota that the portal reports as used up stops all streams until the end of the month, except for one "
    "poll per day (hazard 9)") {
    EngineWorld world;
    world.put_many(1, 10, 5, kOld);
    int sent = 0;
    world.portal.set_fault_hook([&](const SeenRequest&) -> std::optional<Error> {
        ++sent;
        if (world.clock.wall() >= at("2024-04-01T00:00:00Z")) return std::nullopt;
        return Error{.code = ErrorCode::quota_exhausted,
                     .operation = "query",
                     .subject = "HTTP 429 Limit Exceeded",
                     .hint = ""};
    });
    world.start({.per_second = 10, .burst = 10}, {kEntity});
    world.clock.run_for(std::chrono::hours(24 * 21));
    CHECK(sent >= 20);
    CHECK(sent <= 22);
    world.clock.run_for(std::chrono::hours(24 * 2));
    CHECK_FALSE(world.recorder.passes.back().error);
}

TEST_CASE("a quota used up in the portal's month does not cost the next one if the local clock is ahead") {
    EngineWorld world;
    world.put_many(1, 10, 5, kOld);
    world.clock.shift_wall(std::chrono::hours(24 * 22));  // April here, March there
    bool spent = true;
    world.portal.set_fault_hook([&](const SeenRequest&) -> std::optional<Error> {
        if (!spent) return std::nullopt;
        return Error{
            .code = ErrorCode::quota_exhausted, .operation = "query", .subject = "HTTP 429", .hint = ""};
    });
    world.start();
    world.clock.run_for(1h);
    CHECK(world.held() == 0);
    spent = false;
    world.clock.run_for(25h);
    CHECK(world.held() == 10);
}

TEST_CASE(
    "a Retry-After of up to a minute applies to every stream, even if the pass that received it gave up "
    "(hazard 9)") {
    EngineWorld world;
    const std::string other = "claim";
    std::optional<MonoTime> quiet_until;
    bool kept = true;
    world.portal.set_fault_hook([&](const SeenRequest&) -> std::optional<Error> {
        kept = kept && (!quiet_until || world.clock.now() >= *quiet_until);
        quiet_until = world.clock.now() + 60s;
        return Error{.code = ErrorCode::rate_limited,
                     .operation = "query",
                     .subject = "HTTP 429",
                     .hint = "",
                     .retry_after = 60s};
    });
    world.portal.set_latency(Duration(0));
    world.start({.per_second = 1, .burst = 1}, {kEntity, other});
    world.clock.run_for(6h);
    CHECK(kept);
    CHECK(world.recorder.passes.size() > 4);
}

// Found by moving the real daemon's clock past the end of the month: up to 63 requests stayed counted that were never
// sent.
TEST_CASE("at the end of the month, reservations of its quota are returned to it") {
    EngineWorld world;
    world.poll_every = 1h;
    world.put_many(1, 10, 5, kOld);
    std::map<std::string, RequestCount> sent;
    world.portal.set_fault_hook([&](const SeenRequest&) -> std::optional<Error> {
        ++sent[month_of(world.clock.wall())].sent;
        return std::nullopt;
    });
    Engine& engine = world.start();
    world.clock.run_for(std::chrono::hours(24 * 22));
    engine.stop();
    REQUIRE(world.clock.run_until([&] { return world.ended; }));
    CHECK(sent.size() == 2);
    CHECK(world.tables().quota == sent);
}

TEST_CASE("a jump of the wall clock changes no interval (hazard 19)") {
    EngineWorld world;
    world.put_many(1, 10, 5, kOld);
    world.start();
    world.clock.run_for(1h);
    const auto before = world.recorder.passes.size();
    world.clock.shift_wall(-std::chrono::hours(24 * 400));
    world.clock.run_for(1h);
    world.clock.shift_wall(std::chrono::hours(24 * 800));
    world.clock.run_for(1h);
    const auto passes = world.recorder.passes.size() - before;
    CHECK(passes >= 2 * 60 * 2 / 11 - 1);
    CHECK(passes <= 2 * 60 * 2 / 9 + 1);
}

TEST_CASE("stopping during a pass ends soon, and reservations of the quota are returned") {
    EngineWorld world;
    world.settings.page_size = 10;
    world.put_many(1, 5'000, 100, kOld);
    world.portal.set_latency(1s);
    Engine& engine = world.start({.per_second = 1000, .burst = 1000, .monthly_quota = 100'000});
    world.clock.run_for(30s);
    const MonoTime stopped = world.clock.now();
    engine.stop();
    REQUIRE(world.clock.run_until([&] { return world.ended; }));
    CHECK(world.clock.now() - stopped < 5s);
    CHECK(world.recorder.passes.back().error->code == ErrorCode::canceled);
    CHECK(check_changes(world.tables()) == "");
    CHECK(world.tables().quota.at("2024-03") ==
          RequestCount{.sent = world.recorder.passes.back().requests, .reserved = 0});
    CHECK(world.recorder.failures.empty());
}

// Found by killing the real daemon: if both halves of a step are canceled, Asio throws multiple_exceptions.
TEST_CASE("stopping at any point of a walk by keys ends well, also while both halves of a step wait") {
    for (int half_seconds = 1; half_seconds < 30; ++half_seconds) {
        CAPTURE(half_seconds);
        EngineWorld world;
        world.settings.page_size = 100;
        world.restart();
        const std::int64_t now = world.clock.wall().ticks;
        world.put_many(1, 1'000, 10, Timestamp{now - 300 * Timestamp::ticks_per_second});
        world.good_pass();
        // Rows that became visible late, on every page of the walk.
        for (unsigned i = 0; i < 100; ++i)
            world.put(5'000 + i, Timestamp{now - (300 - i) * Timestamp::ticks_per_second});
        world.portal.set_latency(1s);
        Engine& engine = world.start();
        world.clock.run_for(half_seconds * 500ms);
        engine.stop();
        REQUIRE(world.clock.run_until([&] { return world.ended; }));
        CHECK(check_changes(world.tables()) == "");
    }
}

TEST_CASE("stopping while everything sleeps ends immediately") {
    EngineWorld world;
    Engine& engine = world.start();
    world.clock.run_for(10min);
    engine.stop();
    REQUIRE(world.clock.run_until([&] { return world.ended; }));
}

TEST_CASE("one pass of every stream, then exit") {
    EngineWorld world;
    world.put_many(1, 10, 5, kOld);
    EngineSettings engine_settings{
        .streams = {{.pass = world.settings}}, .rate = {.per_second = 1000, .burst = 10}, .seed = 1};
    Engine engine(world.clock, world.portal, *world.store, world.inbox, engine_settings, world.recorder);
    std::optional<std::vector<PassReport>> reports;
    boost::asio::co_spawn(world.io, engine.run_once(),
                          [&](std::exception_ptr thrown, std::vector<PassReport> done) {
                              if (thrown) std::rethrow_exception(thrown);
                              reports = std::move(done);
                          });
    REQUIRE(world.clock.run_until([&] { return reports.has_value(); }));
    REQUIRE(reports->size() == 1);
    CHECK(reports->front().summary.created == 10);
    CHECK(world.recorder.passes.size() == 1);
}

TEST_CASE("a stream that waits for its next pass, or for an unreachable portal, is never overdue") {
    EngineWorld world;
    world.put_many(1, 10, 5, kOld);
    Engine& engine = world.start();
    world.portal.set_fault_hook([](const SeenRequest&) -> std::optional<Error> { return down(); });
    for (int minute = 0; minute < 24 * 60; ++minute) {
        world.clock.run_for(1min);
        CHECK_FALSE(engine.overdue());
    }
}

TEST_CASE("a stream that sleeps past its deadline is overdue until it wakes") {
    EngineWorld world;
    Engine& engine = world.start();
    world.clock.run_for(1s);
    REQUIRE_FALSE(world.recorder.passes.empty());
    world.clock.oversleep(24h);
    CHECK(engine.overdue());
    world.clock.run_for(1s);
    CHECK_FALSE(engine.overdue());
}

TEST_CASE("bounded passes that sleep past the next reconciliation are overdue, too") {
    EngineWorld world;
    world.put_many(1, 10, 5, kOld);
    world.poll_every = 240h;
    world.reconcile.every = 24h;
    Engine& engine = world.start();
    // The first reconciliation, too.
    REQUIRE(world.clock.run_until([&] { return world.recorder.bounded.size() == 2; }));
    world.clock.run_for(1s);
    CHECK_FALSE(engine.overdue());
    world.clock.oversleep(48h);
    CHECK(engine.overdue());
    world.clock.run_for(1s);
    CHECK_FALSE(engine.overdue());
}
