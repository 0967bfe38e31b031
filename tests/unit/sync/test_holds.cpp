// Waits requested by the portal (hazard 34): all streams observe short ones, and single probes check long ones.
#include "sync/limits/retry.hpp"
#include "unit/sync/engine_world.hpp"

#include <algorithm>
#include <vector>

using namespace carecloud;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::milliseconds kMonth = std::chrono::hours(24 * 31);

Error wait_error(std::chrono::milliseconds span, ErrorCode code = ErrorCode::rate_limited) {
    return {.code = code, .operation = "query", .subject = "HTTP 429", .hint = "", .retry_after = span};
}

// Two streams, and a portal that requests a month's pause while `asks`.
struct HoldWorld : EngineWorld {
    explicit HoldWorld(ErrorCode code = ErrorCode::rate_limited) {
        put_many(1, 10, 5, kOld);
        portal.set_latency(1ms);
        portal.set_fault_hook([this, code](const SeenRequest&) -> std::optional<Error> {
            sent.push_back(clock.now().since_origin);
            if (!asks) return std::nullopt;
            return wait_error(kMonth, code);
        });
    }
    void begin(std::optional<PortalHold> hold = std::nullopt) {
        start({.per_second = 10, .burst = 1}, {kEntity, "family"}, std::move(hold));
    }
    std::size_t good_passes() const {
        return static_cast<std::size_t>(
            std::count_if(recorder.passes.begin(), recorder.passes.end(),
                          [](const PassReport& report) { return !report.error; }));
    }

    bool asks = true;
    std::vector<Duration> sent;
};

struct GateWorld : World {
    Result<> admit() {
        std::optional<Result<>> end;
        boost::asio::co_spawn(io, limiter->admit(), [&](std::exception_ptr thrown, Result<> done) {
            if (thrown) std::rethrow_exception(thrown);
            end = std::move(done);
        });
        REQUIRE(clock.run_until([&] { return end.has_value(); }));
        return *end;
    }
};

}  // namespace

TEST_CASE("row 11: one response with a wait of a month costs a minute, and reports when requests resume") {
    const ErrorCode code = GENERATE(ErrorCode::rate_limited, ErrorCode::server_failed);
    HoldWorld world(code);
    world.begin();
    world.clock.run_for(1s);
    CHECK(world.sent.size() == 1);
    REQUIRE(world.recorder.passes.size() == 2);
    for (const PassReport& report : world.recorder.passes) {
        REQUIRE(report.error);
        CHECK(report.error->message().find("until 2024-04-10T12:00:0") != std::string::npos);
        CHECK(report.error->hint.find("the next request will be sent at 2024-03-10T12:01:0") == 0);
        CHECK(report.took < 1s);
    }
    world.asks = false;
    world.clock.run_for(65s);
    CHECK(world.good_passes() == 2);
    CHECK(world.held() == 10);
}

TEST_CASE(
    "row 11: one probe for all streams after 1, 2, 4 … 60 minutes, for as long as the portal requests") {
    HoldWorld world;
    world.begin();
    world.clock.run_for(5h);
    std::vector<std::int64_t> pauses;
    for (std::size_t i = 1; i < world.sent.size(); ++i)
        pauses.push_back(std::chrono::round<std::chrono::minutes>(world.sent[i] - world.sent[i - 1]).count());
    CHECK(pauses == std::vector<std::int64_t>{1, 2, 4, 8, 16, 32, 60, 60, 60});
    CHECK(world.good_passes() == 0);
    // Once it no longer does, every stream continues with the next probe.
    world.asks = false;
    world.clock.run_for(61min);
    CHECK(world.good_passes() >= 2);
}

TEST_CASE("hold: an operator's request sends one probe immediately, and gets its failed pass") {
    HoldWorld world;
    world.begin();
    world.clock.run_for(10min);
    const std::size_t sent = world.sent.size();
    const std::size_t passes = world.recorder.passes.size();
    CHECK(world.engine->ask(kEntity));
    world.clock.run_for(1s);
    CHECK(world.sent.size() == sent + 1);
    REQUIRE(world.recorder.passes.size() == passes + 1);
    CHECK(world.recorder.passes.back().error->code == ErrorCode::rate_limited);
    // An event's does not.
    world.engine->nudge(kEntity);
    world.clock.run_for(1s);
    CHECK(world.sent.size() == sent + 1);
    world.asks = false;
    world.engine->ask("family");
    world.clock.run_for(5s);
    CHECK(world.good_passes() == 2);
    CHECK_FALSE(world.engine->ask("provider"));
}

TEST_CASE("hold: a reload sends one probe, and keeps the portal's request and the schedule") {
    HoldWorld world;
    world.begin();
    world.clock.run_for(10min);
    for (int i = 0; i < 5; ++i) {
        const std::size_t sent = world.sent.size();
        world.stop_engine();
        const auto hold = world.engine->hold();
        REQUIRE(hold);
        CHECK(hold->probes == 3);
        world.begin(hold);
        world.clock.run_for(1s);
        CHECK(world.sent.size() == sent + 1);
    }
}

TEST_CASE("hold: a backfill continues after it, too") {
    HoldWorld world;
    world.asks = false;
    world.begin();
    world.clock.run_for(10s);
    REQUIRE(world.good_passes() == 2);
    world.asks = true;
    const std::uint64_t id = world.request_job({.whole = true});
    world.clock.run_for(30s);
    CHECK(world.row(id).is_open());
    CHECK(world.row(id).hint.find("the next request will be sent at") != std::string::npos);
    world.asks = false;
    world.clock.run_for(60s);
    CHECK(world.row(id).status == JobStatus::done);
}

TEST_CASE(
    "hold: regression: a backfill that was refused before it was requested explicitly sends its probe, too") {
    HoldWorld world;
    world.asks = false;
    world.begin();
    world.clock.run_for(10s);
    world.asks = true;
    world.engine->ask(kEntity);
    world.clock.run_for(1s);
    world.stop_engine();
    const auto hold = world.engine->hold();
    REQUIRE(hold);
    const std::uint64_t id =
        world.write_down({.kind = JobKind::backfill, .first_day = "20230101", .last_day = "20230131"});
    // A stream sends the probe of the start.
    world.begin(hold);
    world.clock.run_for(1s);
    REQUIRE(world.row(id).error.find("requested a pause") != std::string::npos);
    const std::size_t sent = world.sent.size();
    world.engine->pass_requested();
    world.clock.run_for(1s);
    CHECK(world.sent.size() == sent + 1);
}

TEST_CASE("hold: regression: a pass refused during a hold does not wait an hour after its end") {
    GateWorld world;
    Random random(7);
    const MonoTime sent = world.clock.now();
    const Error refused = world.limiter->heard(wait_error(kMonth), sent);
    CHECK(failure_pause(random, *world.limiter, refused, 1) == 1min);
    world.limiter->answered(sent);
    CHECK(failure_pause(random, *world.limiter, refused, 1) < 1min);
}

TEST_CASE("hold: Limit Exceeded keeps one poll per day, whatever wait is sent with it") {
    HoldWorld world(ErrorCode::quota_exhausted);
    world.begin();
    world.clock.run_for(std::chrono::hours(24 * 5));
    CHECK(world.sent.size() >= 5);
    CHECK(world.sent.size() <= 7);
}

TEST_CASE("hold: requests in progress when it began do not end it; a later response does") {
    GateWorld world;
    bool released = false;
    world.limiter->on_release([&] { released = true; });
    const MonoTime before = world.clock.now();
    world.clock.run_for(1s);
    (void)world.limiter->heard(wait_error(kMonth), before);
    world.limiter->answered(before);
    CHECK(world.limiter->until_probe());
    CHECK(world.admit().error().code == ErrorCode::rate_limited);
    (void)world.limiter->heard({.code = ErrorCode::unreachable, .operation = "", .subject = "", .hint = ""},
                               world.clock.now());
    CHECK(world.limiter->until_probe());
    world.clock.run_for(61s);
    CHECK(world.admit());
    CHECK_FALSE(world.admit());  // the next probe is not due yet
    world.limiter->answered(world.clock.now());
    CHECK(released);
    CHECK(world.admit());
}

TEST_CASE("hold: a wait of up to a minute is observed exactly, an absurd one is limited") {
    GateWorld world;
    CHECK(world.limiter->heard(wait_error(60s), world.clock.now()).retry_after == 60s);
    CHECK_FALSE(world.limiter->until_probe());
    const MonoTime heard_at = world.clock.now();
    CHECK(world.admit());
    CHECK(world.clock.now() - heard_at == 60s);
    const auto ages = std::chrono::milliseconds::max();
    CHECK(world.limiter->heard(wait_error(ages), world.clock.now()).retry_after == kMonth);
    CHECK(*world.limiter->until_probe() == 1min);
    world.limiter->answered(world.clock.now());
    (void)world.limiter->heard(wait_error(61s), world.clock.now());
    CHECK(*world.limiter->until_probe() == 1min);
}
