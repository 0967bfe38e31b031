// A wrong clock, the portal's or this machine's, loses no record and is reported (hazard 31).
#include "unit/sync/engine_world.hpp"

#include <algorithm>

using namespace carecloud;
using namespace std::chrono_literals;

namespace {

constexpr Duration kYear = 365 * 24h;

std::size_t records_shown(const World& world) {
    std::size_t records = 0;
    for (const SeenRequest& request : world.portal.requests())
        records += request.records;
    return records;
}

}  // namespace

TEST_CASE("row 6: the portal's clock is 40 years ahead for 3.5 s while a record is written") {
    const Duration wrong = GENERATE(40 * kYear, 2 * kYear);
    EngineWorld world;
    world.poll_every = 10s;
    world.put_many(1, 50, 5, kOld);
    Engine& engine = world.start();
    world.clock.run_for(1min);
    const Timestamp from = world.clock.wall();
    world.portal.set_date_hook([&, from](Timestamp right) -> std::optional<Timestamp> {
        const bool now = world.clock.wall() < from + 3500ms;
        return now ? right + wrong : right;
    });
    world.put(500, world.clock.wall() + wrong);
    engine.nudge(kEntity);
    world.clock.run_for(1s);
    engine.nudge(kEntity);
    world.clock.run_for(10s);
    REQUIRE(world.recorder.clock_news.size() == 2);
    CHECK(world.recorder.clock_news[0].verdict == ClockVerdict::date_wrong);
    CHECK(world.recorder.clock_news[1].verdict == ClockVerdict::agree);
    CHECK(world.tables().streams.at(kEntity).cursor->modified < world.clock.wall());
    world.put(501, world.clock.wall());
    world.clock.run_for(15s);
    CHECK(world.tables().records.contains({kEntity, "000000000000000000000501"}));
    // Records dated in the future are stored within the overlap.
    world.clock.run_for(11min);
    world.check_same();
}

TEST_CASE("row 6: a restart with a cursor in 2066 in the store recovers, and a whole reconciliation is due") {
    EngineWorld world;
    world.put_many(1, 50, 5, kOld);
    world.start();
    world.clock.run_for(1min);
    world.stop_engine();
    StreamState& state = world.content->tables.streams.at(kEntity);
    const Timestamp far = at("2066-03-10T12:00:00.0000000Z");
    state.cursor = Cursor{far.to_string(), far, "ffff"};
    state.safe = SafePoint{far.to_string(), far};
    state.portal_time = far;
    // Written meanwhile, and never met.
    world.put(600, kOld - 1h);
    world.put(601, world.clock.wall());
    world.recorder.passes.clear();
    world.start();
    world.clock.run_for(10min);
    CHECK(world.recorder.passes.front().cursor_went_back);
    CHECK(std::count_if(world.recorder.passes.begin(), world.recorder.passes.end(),
                        [](const PassReport& report) { return report.cursor_went_back; }) == 1);
    CHECK(world.tables().streams.at(kEntity).cursor->modified <= world.clock.wall());
    CHECK(world.tables().streams.at(kEntity).portal_time <= world.clock.wall());
    REQUIRE_FALSE(world.recorder.bounded.empty());
    CHECK(world.recorder.bounded.back().whole);
    CHECK(world.recorder.bounded.back().status == JobStatus::done);
    world.check_same();
}

TEST_CASE("a cursor that lies in the future according to only one response is kept") {
    World world;
    world.put_many(1, 50, 5, world.clock.wall());
    world.good_pass();
    // Both clocks are behind in one response.
    world.clock.shift_wall(-1h);
    std::size_t answers = 0;
    world.portal.set_date_hook([&](Timestamp right) -> std::optional<Timestamp> {
        if (++answers == 1) return right - 1h;
        world.clock.shift_wall(answers == 2 ? 1h : 0h);
        return right;
    });
    const PassReport report = world.good_pass();
    CHECK(answers >= 2);
    CHECK_FALSE(report.cursor_went_back);
}

TEST_CASE("row 7: a permanent Date of 1970 causes no record to be read again, and is reported once") {
    EngineWorld world;
    world.put_many(1, 300, 5, kOld);
    world.portal.set_date_hook([](Timestamp) { return std::optional<Timestamp>(Timestamp{}); });
    world.start();
    world.clock.run_for(20min);
    world.portal.forget_requests();
    world.clock.run_for(1h);
    CHECK(world.portal.requests().size() <= 20);
    CHECK(records_shown(world) <= 2);  // the record that the dialect is checked with
    REQUIRE(world.recorder.clock_news.size() == 1);
    CHECK(world.recorder.clock_news[0].verdict == ClockVerdict::date_wrong);
    world.put(900, world.clock.wall());
    world.clock.run_for(6min);
    world.check_same();
}

TEST_CASE(
    "row 7: a Date of 1970 does not cause old records of one `modified` to be read again, from the first "
    "poll on") {
    World world;
    world.put_many(1, 300, 300, kOld);
    world.clock.run_for(30 * 24h);
    world.portal.set_date_hook([](Timestamp) { return std::optional<Timestamp>(Timestamp{}); });
    world.good_pass();
    world.portal.forget_requests();
    world.good_pass();
    CHECK(records_shown(world) == 0);
    CHECK(world.portal.requests().size() == 1);
}

TEST_CASE("row 7: without a Date and with the local clock an hour ahead, late rows are found") {
    World world;
    world.portal.set_date_hook([](Timestamp) { return std::optional<Timestamp>(); });
    world.clock.shift_wall(1h);
    const auto portal_now = [&] { return world.clock.wall() - 1h; };
    world.put_many(1, 200, 20, portal_now() - 2min);
    world.good_pass();
    CHECK(world.time.report().verdict == ClockVerdict::no_date);
    world.clock.run_for(1min);
    world.good_pass();
    world.put(9'000, portal_now() - 150s);
    CHECK(world.good_pass().summary.created == 1);
    world.check_same();
    // After a quiet overlap, an idle poll is empty again.
    world.clock.run_for(11min);
    world.good_pass();
    CHECK(world.good_pass().requests == 1);
    CHECK(records_shown(world) == 0);
}

TEST_CASE("a portal whose clock is a day behind is synchronized anyway, and reported") {
    EngineWorld world;
    world.put_many(1, 50, 5, kOld);
    world.portal.set_date_hook([](Timestamp right) { return std::optional(right - 24h); });
    world.start();
    world.clock.run_for(30min);
    REQUIRE(world.recorder.clock_news.size() == 1);
    CHECK(world.recorder.clock_news[0].verdict == ClockVerdict::differ);
    world.put(900, world.clock.wall());
    world.clock.run_for(6min);
    world.check_same();
}

TEST_CASE("a local clock that jumps by a day is reported, and again when it is right") {
    const Duration jump = GENERATE(Duration(24h), Duration(-24h));
    EngineWorld world;
    world.put_many(1, 50, 5, kOld);
    world.start();
    world.clock.run_for(30min);
    Timestamp right = world.clock.wall();
    world.clock.on_advance([&](Timestamp now) { world.model.set_now(std::max(right, now)); });
    world.clock.shift_wall(jump);
    world.portal.set_date_hook([&](Timestamp) { return std::optional(world.clock.wall() - jump); });
    world.clock.run_for(30min);
    REQUIRE(world.recorder.clock_news.size() == 1);
    CHECK(world.recorder.clock_news[0].verdict == ClockVerdict::local_wrong);
    world.clock.shift_wall(-jump);
    world.portal.set_date_hook([&](Timestamp) { return std::optional(world.clock.wall()); });
    world.clock.run_for(6min);
    REQUIRE(world.recorder.clock_news.size() == 2);
    CHECK(world.recorder.clock_news[1].verdict == ClockVerdict::agree);
}

TEST_CASE("a machine that was suspended trusts the time that elapsed meanwhile") {
    World world;
    world.put_many(1, 50, 5, kOld);
    world.good_pass();
    world.clock.suspend(8h);
    world.put(70, world.clock.wall());
    const PassReport report = world.good_pass();
    CHECK(report.summary.created == 1);
    CHECK(world.time.report().verdict == ClockVerdict::agree);
    CHECK(report.state.cursor->id == "000000000000000000000070");
}

TEST_CASE(
    "regression: without a Date and with the local clock ahead, an event was settled by an older version") {
    EngineWorld world;
    world.settings.overlap = 2min;
    world.poll_every = 30s;
    world.portal.set_date_hook([](Timestamp) { return std::optional<Timestamp>(); });
    const Timestamp begun = world.clock.wall();
    world.clock.shift_wall(48h);
    world.put_many(1, 20, 5, begun - 1h);
    Engine& engine = world.start();
    world.clock.run_for(1min);
    // Visible a minute after its event arrived.
    const Timestamp written = begun + 1min;
    REQUIRE(world.model.put(kEntity, document(3, written), world.clock.wall() + 1min));
    world.announce(3, written);
    engine.nudge(kEntity);
    world.clock.run_for(50s);
    CHECK(world.events(EventState::settled) == 0);
    world.clock.run_for(3min);
    CHECK(world.events(EventState::settled) == 1);
    world.check_same();
}
