// Exceptions within the engine, at any wait: one in a stream ends the engine, one in a job ends the job, and none is
// mistaken for a cancellation.
#include "base/error.hpp"
#include "engine_world.hpp"

#include <optional>
#include <stdexcept>

using namespace carecloud;
using namespace std::chrono_literals;

namespace {

struct ThrownWorld : EngineWorld {
    // With the streams' first passes completed.
    void start_loaded(std::vector<std::string> entities = {kEntity}) {
        put_many(1, 10, 5, kOld);
        const std::size_t streams = entities.size();
        start({.per_second = 1000, .burst = 1000}, std::move(entities));
        REQUIRE(clock.run_until([&] { return recorder.passes.size() >= streams; }));
    }
    void run_until_ended(std::uint64_t id) {
        REQUIRE(clock.run_until([&] { return !row(id).is_open(); }));
    }
    // Runs a pass to its end; what it threw, or null.
    std::exception_ptr thrown_by_pass() {
        const PassContext context{clock, portal, *store, *limiter, random, time, *lanes};
        std::optional<std::exception_ptr> end;
        boost::asio::co_spawn(io, run_pass(context, settings, memory),
                              [&](std::exception_ptr thrown, const PassReport&) { end = thrown; });
        REQUIRE(clock.run_until([&] { return end.has_value(); }));
        return *end;
    }
};

constexpr auto kFault = "internal error: std::logic_error (broken)";

}  // namespace

TEST_CASE(
    "thrown: an exception while a page is stored concurrently with the next request ends the pass with it") {
    ThrownWorld world;
    world.settings.page_size = 10;
    world.restart();
    world.put_many(1, 100, 10, kOld);
    world.portal.set_latency(1s);
    int commits = 0;
    world.store->set_fault_hook([&](std::string_view operation) -> std::optional<StoreFault> {
        if (operation == "commit" && ++commits == 2) throw std::logic_error("broken");
        return std::nullopt;
    });
    const std::exception_ptr thrown = world.thrown_by_pass();
    REQUIRE(thrown);
    CHECK_THROWS_AS(std::rethrow_exception(thrown), std::logic_error);
}

TEST_CASE(
    "thrown: an exception in a stream ends the engine immediately, even if another waits for the portal") {
    ThrownWorld world;
    world.start_loaded({kEntity, "family"});
    world.portal.set_latency(30min);
    world.engine->nudge(kEntity);
    world.clock.run_for(1s);
    world.portal.set_latency(1ms);
    world.portal.set_fault_hook([](const SeenRequest& request) -> std::optional<Error> {
        if (request.entity == "family") throw std::logic_error("broken");
        return std::nullopt;
    });
    const MonoTime before = world.clock.now();
    world.engine->nudge("family");
    CHECK_THROWS_AS(world.clock.run_for(10min), std::logic_error);
    CHECK(world.clock.now() - before < 5s);
}

TEST_CASE("row 19: an exception in a job ends it as failed, and the next one runs") {
    ThrownWorld world;
    world.start_loaded();
    bool broken = true;
    world.portal.set_fault_hook([&](const SeenRequest&) -> std::optional<Error> {
        if (broken) throw std::logic_error("broken");
        return std::nullopt;
    });
    const std::uint64_t first = world.request_job({.whole = true});
    world.run_until_ended(first);
    broken = false;
    CHECK(world.row(first).status == JobStatus::failed);
    CHECK(world.row(first).error.find(kFault) != std::string::npos);
    REQUIRE_FALSE(world.recorder.bounded.empty());
    CHECK(world.recorder.bounded.back().status == JobStatus::failed);
    const std::uint64_t next = world.request_job({.whole = true});
    world.run_until_ended(next);
    CHECK(world.row(next).status == JobStatus::done);
}

TEST_CASE("thrown: an exception in the retry of a quarantined record is reported, and the engine continues") {
    ThrownWorld world;
    world.start_loaded();
    world.portal.set_fault_hook([&](const SeenRequest& request) -> std::optional<Error> {
        if (request.kind == "retrieve" || mentions(request, "_id")) throw std::logic_error("broken");
        return std::nullopt;
    });
    std::optional<Result<RetryReport>> came;
    RetryRequest request_job{.stream = kEntity, .key = {.id = "x", .modified_text = "", .modified = {}}};
    boost::asio::co_spawn(world.io, world.engine->retry_quarantined(request_job),
                          [&](std::exception_ptr thrown, Result<RetryReport> report) {
                              if (thrown) std::rethrow_exception(thrown);
                              came = std::move(report);
                          });
    REQUIRE(world.clock.run_until([&] { return came.has_value(); }));
    REQUIRE(came->has_error());
    CHECK(came->error().subject == kFault);
    world.portal.set_fault_hook({});
    const std::size_t passes = world.recorder.passes.size();
    world.clock.run_for(10min);
    CHECK(world.recorder.passes.size() > passes);
}

// Seen with the release build: POST /v1/backfill?from=0002-03-01 was accepted, threw, and no job ever ran again.
TEST_CASE("row 19: a saved backfill of invalid days fails, after a restart, too") {
    const auto [first, last] = GENERATE(table<std::string, std::string>({{"20301", "20240301"},
                                                                         {"", ""},
                                                                         {"20240301", "99991231"},
                                                                         {"20240302", "20240301"},
                                                                         {"2024030\xff", "20240301"}}));
    ThrownWorld world;
    world.put_many(1, 10, 5, kOld);
    const std::uint64_t bad =
        world.request_job({.kind = JobKind::backfill, .first_day = first, .last_day = last});
    const std::uint64_t good = world.request_job({.whole = true});
    world.start();
    world.run_until_ended(bad);
    world.run_until_ended(good);
    CHECK(world.row(bad).status == JobStatus::failed);
    CHECK(world.row(bad).error.find("1900-01-01 to 2100-12-31") != std::string::npos);
    CHECK(world.row(good).status == JobStatus::done);
}

TEST_CASE("regression: a pass canceled while the job runner read the store before it began ran anyway") {
    ThrownWorld world;
    world.put_many(1, 10, 5, kOld);
    world.poll_every = 24h;
    world.start({.per_second = 1000, .burst = 1000, .monthly_quota = 100'000});
    REQUIRE(world.clock.run_until([&] { return !world.recorder.passes.empty(); }));
    world.portal.set_fault_hook([](const SeenRequest&) -> std::optional<Error> {
        return Error{.code = ErrorCode::unreachable, .operation = "test", .subject = "", .hint = ""};
    });
    const std::uint64_t id = world.request_job({.whole = true});
    REQUIRE(world.clock.run_until([&] { return !world.row(id).error.empty(); }));
    world.portal.set_fault_hook({});
    world.portal.forget_requests();
    // Another month's count must be read before it may continue.
    world.clock.shift_wall(std::chrono::hours(24 * 25));
    const bool stops = GENERATE(false, true);
    bool ended = false;
    world.store->set_fault_hook([&](std::string_view operation) -> std::optional<StoreFault> {
        if (operation != "requests" || std::exchange(ended, true)) return std::nullopt;
        if (stops)
            world.engine->stop();
        else
            world.engine->cancel_pass(id);
        return std::nullopt;
    });
    REQUIRE(world.clock.run_until([&] { return stops ? world.ended : !world.row(id).is_open(); }));
    CHECK(ended);
    CHECK(world.portal.requests().empty());
    CHECK(world.row(id).status == (stops ? JobStatus::running : JobStatus::canceled));
}

TEST_CASE("thrown: the exception of a canceled coroutine is distinguished from all others") {
    const auto thrown = [](auto exception) { return std::make_exception_ptr(exception); };
    using boost::system::system_error;
    CHECK(is_cancellation(thrown(system_error(boost::asio::error::operation_aborted))));
    CHECK_FALSE(is_cancellation(thrown(system_error(boost::asio::error::eof))));
    CHECK_FALSE(is_cancellation(thrown(std::bad_alloc())));
    const auto canceled = thrown(system_error(boost::asio::error::operation_aborted));
    const auto fault = thrown(std::logic_error("broken"));
    CHECK(worse_of(canceled, fault) == fault);
    CHECK(worse_of(fault, canceled) == fault);
    CHECK(worse_of(nullptr, canceled) == canceled);
    CHECK(worse_of(canceled, nullptr) == canceled);
    CHECK(worse_of(nullptr, nullptr) == nullptr);
    // A library's own text may quote a record.
    CHECK(fault_error("read", std::runtime_error("Ann")).message().find("Ann") == std::string::npos);
}
