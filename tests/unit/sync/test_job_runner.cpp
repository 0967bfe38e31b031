#include "engine_world.hpp"

#include <algorithm>

using namespace carecloud;
using namespace std::chrono_literals;

namespace {

struct JobWorld : EngineWorld {
    // With this many old records, and the stream's first pass completed.
    void start_loaded(unsigned records) {
        put_many(1, records, 10, kOld);
        start();
        REQUIRE(clock.run_until([&] { return !recorder.passes.empty(); }));
    }
    void run_until_ended(std::uint64_t id) {
        REQUIRE(clock.run_until([&] { return !row(id).is_open(); }));
    }
    void stop_and_start() {
        stop_engine();
        start();
    }
    void run_for(Duration span) {
        const MonoTime end = clock.now() + span;
        REQUIRE(clock.run_until([&] { return clock.now() >= end; }));
    }

    static Job backfill() {
        return {.kind = JobKind::backfill, .first_day = "20230101", .last_day = "20230228"};
    }
};

}  // namespace

TEST_CASE(
    "job runner: a job runs concurrently with the stream's passes, and its start and end are reported") {
    JobWorld world;
    world.put_many(1, 60, 10, kOld);
    world.start();
    const std::uint64_t id = world.request_job({});
    world.run_until_ended(id);
    CHECK(world.row(id).status == JobStatus::done);
    REQUIRE(world.recorder.bounded.size() == 2);
    CHECK(world.recorder.bounded[0].status == JobStatus::running);
    CHECK(world.recorder.bounded[1].status == JobStatus::done);
    // Not before the stream was loaded: otherwise it would be loaded twice.
    CHECK(world.row(id).missing == 0);
}

TEST_CASE("job runner: jobs run one after another, in order") {
    JobWorld world;
    world.start_loaded(10);
    const std::uint64_t first = world.request_job(JobWorld::backfill());
    const std::uint64_t second = world.request_job({});
    const std::uint64_t third = world.request_job(JobWorld::backfill());
    world.run_until_ended(third);
    std::vector<std::uint64_t> ended;
    for (const Job& job : world.recorder.bounded) {
        if (!job.is_open()) ended.push_back(job.id);
    }
    CHECK(ended == std::vector<std::uint64_t>{first, second, third});
}

// Found by killing the real daemon: another workspace's records ended it permanently.
TEST_CASE("job runner: a failed job is retried after a pause, with the reason in its row") {
    const ErrorCode code = GENERATE(ErrorCode::key_refused, ErrorCode::wrong_workspace);
    JobWorld world;
    world.start_loaded(10);
    bool away = true;
    world.portal.set_fault_hook([&](const SeenRequest&) -> std::optional<Error> {
        if (!away) return std::nullopt;
        return Error{.code = code, .operation = "test", .subject = "no", .hint = "the key"};
    });
    const std::uint64_t id = world.request_job({});
    REQUIRE(world.clock.run_until([&] { return !world.row(id).error.empty(); }));
    CHECK(world.row(id).status == JobStatus::running);
    CHECK(world.row(id).hint == "the key");
    away = false;
    world.run_until_ended(id);
    CHECK(world.row(id).status == JobStatus::done);
    CHECK(world.row(id).error.empty());
}

TEST_CASE("job runner: a job of a stream that is no longer configured fails and reports it") {
    JobWorld world;
    world.put_many(1, 10, 10, kOld);
    const std::uint64_t id = world.request_job({});
    world.content->tables.passes.at(id).stream = "family";
    world.start();
    world.run_until_ended(id);
    CHECK(world.row(id).status == JobStatus::failed);
    CHECK(world.row(id).error.find("configured") != std::string::npos);
}

// Found by simulate --seed 17883 --hours 0.5: without a record to prove the new format with, it never counted as
// walked.
TEST_CASE(
    "job runner: an emptied stream is reconciled although the portal changed the format of its responses") {
    JobWorld world;
    world.start_loaded(3);
    world.stop_engine();
    for (const auto& [record_id, row] : world.tables().records)
        REQUIRE(world.model.erase(kEntity, record_id.second));
    ModelSettings other = world.model.settings();
    other.pascal = !other.pascal;
    world.model.change_settings(other);
    world.clock.run_for(1h);
    world.start();
    const std::uint64_t id = world.request_job({.confirm_deletes = true});
    world.run_until_ended(id);
    CHECK(world.row(id).status == JobStatus::done);
    CHECK(world.live() == 0);
}

TEST_CASE("job runner: a pass is canceled while it waits and while it runs") {
    JobWorld world;
    world.start_loaded(10);
    world.portal.set_latency(60s);
    const std::uint64_t running = world.request_job({.whole = true});
    const std::uint64_t waiting = world.request_job(JobWorld::backfill());
    REQUIRE(world.clock.run_until([&] { return world.row(running).status == JobStatus::running; }));
    world.engine->cancel_pass(waiting);
    world.engine->cancel_pass(running);
    world.run_until_ended(waiting);
    world.run_until_ended(running);
    CHECK(world.row(running).status == JobStatus::canceled);
    CHECK(world.row(waiting).status == JobStatus::canceled);
    // The job runner continues.
    world.portal.set_latency(1ms);
    const std::uint64_t next = world.request_job({});
    world.run_until_ended(next);
    CHECK(world.row(next).status == JobStatus::done);
}

TEST_CASE("regression: a pass that was canceled while the store failed continued") {
    JobWorld world;
    world.start_loaded(10);
    world.portal.set_latency(60s);
    const std::uint64_t id = world.request_job({.whole = true});
    REQUIRE(world.clock.run_until([&] { return world.row(id).status == JobStatus::running; }));
    bool failed = false;
    world.store->set_fault_hook([&](std::string_view operation) -> std::optional<StoreFault> {
        if (operation != "save_pass" || std::exchange(failed, true)) return std::nullopt;
        return StoreFault{
            .error = {.code = ErrorCode::store_busy, .operation = "test", .subject = "", .hint = ""}};
    });
    world.engine->cancel_pass(id);
    world.run_until_ended(id);
    CHECK(failed);
    CHECK(world.row(id).status == JobStatus::canceled);
}

TEST_CASE("job runner: an interrupted job continues in the next process") {
    JobWorld world;
    world.start_loaded(10);
    world.portal.set_latency(60s);
    const std::uint64_t id = world.request_job({.whole = true});
    REQUIRE(world.clock.run_until([&] { return world.row(id).status == JobStatus::running; }));
    world.portal.set_latency(1ms);
    world.stop_and_start();
    world.run_until_ended(id);
    CHECK(world.row(id).status == JobStatus::done);
}

TEST_CASE("job runner: reconciliations run automatically, a whole one first and then every week") {
    JobWorld world;
    world.poll_every = 30min;
    world.reconcile.every = 24h;
    world.reconcile.whole_every = std::chrono::hours(24 * 7);
    world.put_many(1, 10, 10, kOld);
    world.start();
    const auto reconciled = [&] {
        return std::count_if(world.tables().passes.begin(), world.tables().passes.end(),
                             [](const auto& entry) { return entry.second.status == JobStatus::done; });
    };
    world.run_for(20h);
    CHECK(reconciled() == 0);
    world.run_for(10 * 24h);
    const auto& passes = world.tables().passes;
    CHECK(reconciled() >= 8);
    CHECK(reconciled() <= 12);
    CHECK(passes.at(1).scheduled);
    CHECK(passes.at(1).whole);
    CHECK_FALSE(passes.at(2).whole);
    CHECK(std::count_if(passes.begin(), passes.end(), [](const auto& entry) { return entry.second.whole; }) ==
          2);

    SECTION("a restart neither forgets nor repeats them") {
        const auto before = passes.size();
        world.stop_and_start();
        world.run_for(30min);
        CHECK(passes.size() <= before + 1);
        world.run_for(25h);
        CHECK(passes.size() > before);
    }
}

TEST_CASE("job runner: a store that fails is retried, and nothing is lost") {
    JobWorld world;
    world.start_loaded(30);
    const std::uint64_t id = world.request_job({.whole = true});
    std::size_t calls = 0;
    world.store->set_fault_hook([&](std::string_view) -> std::optional<StoreFault> {
        if (++calls % 3 != 0) return std::nullopt;
        return StoreFault{
            .error = {.code = ErrorCode::store_busy, .operation = "test", .subject = "", .hint = ""},
            .took_effect = calls % 2 == 0};
    });
    world.run_for(20min);
    world.store->set_fault_hook({});
    world.run_until_ended(id);
    CHECK(world.row(id).status == JobStatus::done);
}
