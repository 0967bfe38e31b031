// When reconciliations are due: counted from what the store remembers, and immediately if something requires one.
#include "bounded_world.hpp"
#include "engine_world.hpp"
#include "sync/jobs/whole_due.hpp"

#include <algorithm>

using namespace carecloud;
using namespace std::chrono_literals;

namespace {

struct DueWorld : EngineWorld {
    std::size_t count(JobStatus status) const {
        const auto& passes = tables().passes;
        return static_cast<std::size_t>(std::count_if(
            passes.begin(), passes.end(), [&](const auto& entry) { return entry.second.status == status; }));
    }
    void stop_and_start() {
        stop_engine();
        start();
    }
    // Requests one as another part of the engine does.
    void request(const std::string& reason) {
        std::optional<Result<>> asked;
        boost::asio::co_spawn(io, whole_due.request(kEntity, reason),
                              [&](std::exception_ptr thrown, Result<> end) {
                                  if (thrown) std::rethrow_exception(thrown);
                                  asked = std::move(end);
                              });
        REQUIRE(clock.run_until([&] { return asked.has_value(); }));
        REQUIRE(*asked);
    }
    void run_loaded() {
        put_many(1, 10, 5, kOld);
        start();
        whole_due.on_written([this] { engine->pass_requested(); });
        REQUIRE(clock.run_until([&] { return !recorder.passes.empty(); }));
        clock.run_for(1s);
    }

    WholeDue whole_due{*store, *store};
};

}  // namespace

// Regression, seen with the release build: with a reload every 30 s, a stream was never reconciled.
TEST_CASE("row 17: an interval counts across reloads and restarts, from the stream's first pass") {
    DueWorld world;
    world.put_many(1, 10, 5, kOld);
    world.reconcile.every = 10min;
    world.start();
    for (int i = 0; i < 17; ++i) {
        world.clock.run_for(30s);
        world.stop_and_start();
    }
    CHECK(world.tables().passes.empty());
    for (int i = 0; i < 6; ++i) {
        world.clock.run_for(30s);
        world.stop_and_start();
    }
    CHECK(world.count(JobStatus::done) == 1);
    // Nor does it run at every restart from then on.
    for (int i = 0; i < 120; ++i) {
        world.clock.run_for(30s);
        world.stop_and_start();
    }
    CHECK(world.count(JobStatus::done) >= 5);
    CHECK(world.count(JobStatus::done) <= 8);
}

// Found in review: a row written while the wall clock was a month ahead counted as the newest until that month was
// over.
TEST_CASE("due: what ended while the wall clock was ahead does not count (hazard 19)") {
    DueWorld world;
    world.reconcile.every = 10min;
    world.run_loaded();
    world.clock.shift_wall(std::chrono::hours(24 * 30));
    world.request_job({.whole = true});
    world.clock.run_for(1min);
    REQUIRE(world.count(JobStatus::done) == 1);
    world.clock.shift_wall(std::chrono::hours(-24 * 30));
    for (int restart = 0; restart < 3; ++restart) {
        world.clock.run_for(1h);
        world.stop_and_start();
    }
    const auto& passes = world.tables().passes;
    CHECK(world.count(JobStatus::done) >= 10);
    CHECK(world.count(JobStatus::done) <= 22);
    const auto is_whole = [](const auto& entry) { return entry.second.whole; };
    CHECK(std::count_if(passes.begin(), passes.end(), is_whole) == 2);
    // One that is due early does not wait for the clock either.
    world.whole_due.on_written([&world] { world.engine->pass_requested(); });
    world.request("a test");
    world.clock.run_for(2h);
    CHECK(std::count_if(passes.begin(), passes.end(), is_whole) == 3);
}

TEST_CASE("due: a first pass that ended while the wall clock was ahead makes the first reconciliation due") {
    DueWorld world;
    world.clock.shift_wall(std::chrono::hours(24 * 30));
    world.run_loaded();
    world.stop_engine();
    world.clock.shift_wall(std::chrono::hours(-24 * 30));
    world.reconcile.every = 24h;
    world.start();
    world.clock.run_for(3h);  // including a tenth of jitter
    CHECK(world.count(JobStatus::done) == 1);
}

TEST_CASE(
    "due: a reconciliation of a stream without a record ends, and so does one of a stream that lost all") {
    DueWorld world;
    const bool had_some = GENERATE(false, true);
    if (had_some) {
        world.run_loaded();
        world.stop_engine();
        world.content->tables.streams.at(kEntity).dialect.clear();
        for (unsigned n = 1; n <= 10; ++n)
            REQUIRE(world.model.erase(kEntity, BoundedWorld::id_of(n)));
    }
    world.start();
    world.clock.run_for(1min);
    const std::uint64_t id = world.request_job({.whole = true, .confirm_deletes = true});
    world.clock.run_for(1h);
    CHECK(world.row(id).status == JobStatus::done);
    CHECK(world.live() == 0);
    // Once the stream returns a record, it works like any other.
    world.put_many(20, 5, 5, world.clock.wall());
    world.clock.run_for(1h);
    CHECK(world.live() == 5);
}

// Found by system_waits: the portal requested a pause before the stream had its dialect, and the backfill kept waiting
// for an hour after the stream had continued.
TEST_CASE("due: a backfill that has waited for the query dialect begins when the stream has detected it") {
    DueWorld world;
    world.put_many(1, 10, 5, kOld);
    world.poll_every = 1min;
    bool is_down = true;
    world.portal.set_fault_hook([&](const SeenRequest&) -> std::optional<Error> {
        if (!is_down) return std::nullopt;
        return Error{.code = ErrorCode::unreachable, .operation = "query", .subject = "test", .hint = ""};
    });
    world.start();
    const std::uint64_t id =
        world.request_job({.kind = JobKind::backfill, .first_day = "20240101", .last_day = "20240131"});
    world.clock.run_for(4h);
    REQUIRE(world.row(id).status == JobStatus::running);
    is_down = false;
    world.engine->nudge(kEntity);
    REQUIRE(world.clock.run_until([&] { return world.held() == 10; }));
    world.clock.run_for(10s);
    CHECK(world.row(id).status == JobStatus::done);
}

TEST_CASE("due: the first pass of a stream without a record is stored, too") {
    DueWorld world;
    world.reconcile.every = 10min;
    world.start();
    world.clock.run_for(5min);
    CHECK(world.tables().first_passes.at(kEntity) == "2024-03-10T12:00:00.021Z");
}

TEST_CASE("row 20: a pass reports whether its stream was ever loaded, and a load is recorded once") {
    DueWorld world;
    world.portal.set_fault_hook([](const SeenRequest&) -> std::optional<Error> {
        return Error{.code = ErrorCode::unreachable, .operation = "query", .subject = "refused", .hint = ""};
    });
    world.start();
    REQUIRE(world.clock.run_until([&] { return world.recorder.passes.size() == 1; }));
    CHECK_FALSE(world.recorder.passes.back().loaded);
    world.stop_engine();
    world.start().recall_loaded({{kEntity, kOld}});
    REQUIRE(world.clock.run_until([&] { return world.recorder.passes.size() == 2; }));
    CHECK(world.recorder.passes.back().error);
    CHECK(world.recorder.passes.back().loaded);
    world.portal.set_fault_hook({});
    world.clock.run_for(30min);
    CHECK_FALSE(world.recorder.passes.back().error);
    CHECK(world.tables().first_passes.empty());
}

TEST_CASE("due: a reconciliation that failed permanently is repeated after the interval, not immediately") {
    DueWorld world;
    world.run_loaded();
    world.stop_engine();
    world.reconcile.every = 1h;
    world.portal.set_fault_hook([](const SeenRequest& request) -> std::optional<Error> {
        if (mentions(request, R"("Take":1,)") || mentions(request, "WithoutTotal\":false"))
            return Error{.code = ErrorCode::invalid_argument, .operation = "test", .subject = "", .hint = ""};
        return std::nullopt;
    });
    world.start();
    world.clock.run_for(5h);
    CHECK(world.count(JobStatus::failed) >= 4);
    CHECK(world.count(JobStatus::failed) <= 6);
}

TEST_CASE("due: each reconciliation is a whole one if both intervals are a day") {
    DueWorld world;
    world.poll_every = 30min;
    world.reconcile.every = 24h;
    world.run_loaded();
    world.clock.run_for(std::chrono::hours(24 * 7));
    const auto& passes = world.tables().passes;
    CHECK(passes.size() >= 6);
    CHECK(std::all_of(passes.begin(), passes.end(), [](const auto& entry) { return entry.second.whole; }));
}

TEST_CASE("due: a requested whole reconciliation runs immediately, and later requests coalesce") {
    DueWorld world;
    world.run_loaded();
    world.request("a record went back in time");
    world.clock.run_for(1min);
    REQUIRE(world.tables().passes.size() == 1);
    const Job& first = world.row(1);
    CHECK(first.status == JobStatus::done);
    CHECK(first.whole);
    CHECK(first.scheduled);
    CHECK(first.reason == "a record went back in time");
    for (int i = 0; i < 10; ++i)
        world.request("another one did");
    REQUIRE(world.tables().passes.size() == 2);
    world.clock.run_for(30min);
    CHECK(world.row(2).status == JobStatus::waiting);

    SECTION("after an hour the next one runs, also if the process was restarted") {
        if (GENERATE(false, true)) world.stop_and_start();
        world.clock.run_for(20min);
        CHECK(world.row(2).status == JobStatus::waiting);
        world.clock.run_for(15min);
        CHECK(world.row(2).status == JobStatus::done);
    }
    SECTION("an operator's request does not wait") {
        const std::uint64_t id = world.request_job({.whole = true});
        world.clock.run_for(1min);
        CHECK(world.row(id).status == JobStatus::done);
        CHECK(world.row(2).status == JobStatus::waiting);
    }
}

TEST_CASE("due: one that is requested while one runs follows it") {
    DueWorld world;
    world.run_loaded();
    world.portal.set_latency(10s);
    const std::uint64_t running = world.request_job({.whole = true});
    world.clock.run_for(5s);
    REQUIRE(world.row(running).status == JobStatus::running);
    world.request("a record went back in time");
    CHECK(world.tables().passes.size() == 2);
    world.clock.run_for(2h);
    CHECK(world.count(JobStatus::done) == 2);
}

TEST_CASE("regression: due: a requested one waited forever if scheduled ones ran every half hour") {
    DueWorld world;
    world.reconcile.every = 30min;
    world.reconcile.whole_every = 30min;
    world.run_loaded();
    world.clock.run_for(40min);
    REQUIRE(world.count(JobStatus::done) == 1);
    world.request("a record went back in time");
    world.clock.run_for(40min);
    CHECK(world.count(JobStatus::waiting) == 0);
    // It is the scheduled one, and not an additional one.
    CHECK(world.count(JobStatus::done) == 2);
    world.clock.run_for(2h);
    CHECK(world.count(JobStatus::done) <= 7);
}

TEST_CASE(
    "regression: due: a doubt or a reversal that was committed right before the process ended made none "
    "due") {
    DueWorld world;
    world.put_many(1, 10, 5, kOld);
    const Timestamp now = world.clock.wall();
    world.put(11, now + 2s, R"(,"v":1)");
    world.good_pass();
    if (GENERATE(false, true)) {
        world.content->tables.changes.back().reversal = 1;
    } else {
        world.put(11, now, R"(,"v":2)");
        // Only the pass, as if the process had ended before anything was requested.
        REQUIRE(world.good_pass().summary.doubted == 1);
    }
    REQUIRE(world.tables().passes.empty());
    world.clock.run_for(1min);
    world.start();
    world.clock.run_for(20s);
    CHECK(world.count(JobStatus::done) == 1);
    world.clock.run_for(15min);
    world.check_same();
    // A restart makes none due for doubts that were reconciled since.
    world.stop_and_start();
    world.clock.run_for(2h);
    CHECK(world.count(JobStatus::done) == 1);
}

TEST_CASE("regression: due: a doubt of a pass that failed afterwards made none due") {
    DueWorld world;
    world.settings.page_size = 10;
    world.poll_every = 1min;
    const Timestamp now = world.clock.wall();
    for (unsigned n = 1; n <= 30; ++n)
        world.put(n, now + std::chrono::seconds(n));
    world.clock.run_for(40s);
    world.start();
    world.clock.run_for(30s);
    REQUIRE(world.held() == 30);
    world.put(20, now + 1ms, R"(,"v":2)");
    world.portal.set_fault_hook([&](const SeenRequest&) -> std::optional<Error> {
        if (world.tables().doubted.empty() || world.clock.wall() > now + 5min) return std::nullopt;
        return Error{.code = ErrorCode::key_refused, .operation = "query", .subject = "HTTP 403", .hint = ""};
    });
    REQUIRE(world.clock.run_until([&] { return !world.tables().doubted.empty(); }));
    REQUIRE(world.clock.run_until([&] { return world.recorder.passes.back().error.has_value(); }));
    world.clock.run_for(2h);
    CHECK(world.count(JobStatus::done) == 1);
    world.check_same();
}

// simulate --seed 726121 --hours 0.25
TEST_CASE("regression: due: a doubt made none due if its commit was reported as failed but took effect") {
    DueWorld world;
    world.poll_every = 1min;
    const Timestamp now = world.clock.wall();
    world.put(11, now + 2s, R"(,"v":1)");
    world.clock.run_for(10s);
    world.start();
    world.clock.run_for(30s);
    REQUIRE(world.held() == 1);
    bool failed = false;
    world.store->set_fault_hook([&](std::string_view operation) -> std::optional<StoreFault> {
        if (operation != "commit" || std::exchange(failed, true)) return std::nullopt;
        return StoreFault{
            .error = {.code = ErrorCode::store_busy, .operation = "commit", .subject = "store", .hint = ""},
            .took_effect = true};
    });
    world.put(11, now, R"(,"v":2)");
    REQUIRE(world.clock.run_until([&] { return failed; }));
    REQUIRE(world.tables().doubted.size() == 1);
    // The portal returns the held version again before the next pass requests the record.
    world.put(11, now + 2s, R"(,"v":1)");
    world.clock.run_for(2h);
    CHECK(world.tables().doubted.empty());
    CHECK(world.count(JobStatus::done) == 1);
}
