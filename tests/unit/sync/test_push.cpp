// Changes that polls find and no event announced: a topic that has fallen silent (hazard 23).
#include "sync/events/settle_rules.hpp"
#include "unit/sync/engine_world.hpp"

using namespace carecloud;
using namespace std::chrono_literals;

namespace {

// Only polls every five minutes, and passes requested by events.
Engine& start_announced(EngineWorld& world) {
    world.announced = true;
    world.put_many(1, 10, 5, kOld);
    Engine& engine = world.start();
    world.clock.run_for(20s);
    REQUIRE(world.held() == 10);
    return engine;
}

// This many records change, one after the other, from number `first` on.
void submit(EngineWorld& world, Engine& engine, unsigned first, unsigned count, bool with_event,
            Duration pause) {
    for (unsigned n = first; n < first + count; ++n) {
        world.put(n, world.clock.wall());
        if (with_event) {
            world.announce(n);
            engine.nudge(kEntity);
        }
        world.clock.run_for(pause);
    }
}

}  // namespace

TEST_CASE("a topic counts as silent only if hardly any of enough changes was announced") {
    CHECK_FALSE(is_push_silent({.changes = 19, .announced = 0}, false));
    CHECK(is_push_silent({.changes = 20, .announced = 1}, false));
    CHECK_FALSE(is_push_silent({.changes = 20, .announced = 2}, false));
    CHECK(is_push_silent({.changes = 20, .announced = 5}, true));
    CHECK_FALSE(is_push_silent({.changes = 2, .announced = 1}, true));
    CHECK(is_push_silent({}, true));
    CHECK(quickened(5min) == 1min);
    CHECK(quickened(1min) == 30s);
    CHECK(quickened(10s) == 10s);
}

TEST_CASE(
    "changes that no event announces are reported, polled for more often, and forgotten when events arrive "
    "again") {
    EngineWorld world;
    world.settings.overlap = 1min;
    Engine& engine = start_announced(world);
    submit(world, engine, 100, 60, true, 30s);
    CHECK(world.recorder.silences.empty());
    world.clock.run_for(2h);
    submit(world, engine, 200, 60, false, 30s);
    REQUIRE(world.recorder.silences == std::vector<bool>{true});
    const std::size_t passes = world.recorder.passes.size();
    world.clock.run_for(20min);
    CHECK(world.recorder.passes.size() - passes >= 17);
    world.clock.run_for(1h);
    submit(world, engine, 300, 20, true, 30s);
    CHECK(world.recorder.silences == std::vector<bool>{true, false});
}

TEST_CASE("changes that no event announces are noticed although nothing changes after them") {
    EngineWorld world;
    start_announced(world);
    world.put_many(100, 40, 40, world.clock.wall());
    world.clock.run_for(6min);
    CHECK(world.recorder.silences.empty());  // their events may still arrive
    world.clock.run_for(6min);
    CHECK(world.recorder.silences == std::vector<bool>{true});
}

TEST_CASE(
    "a few changes per hour that no event announces are noticed, and not counted again once events arrive") {
    EngineWorld world;
    Engine& engine = start_announced(world);
    submit(world, engine, 100, 16, false, 15min);
    CHECK(world.recorder.silences.empty());
    submit(world, engine, 200, 8, false, 15min);
    REQUIRE(world.recorder.silences == std::vector<bool>{true});
    submit(world, engine, 300, 24, true, 15min);
    CHECK(world.recorder.silences == std::vector<bool>{true, false});
}

TEST_CASE("regression: a reload forgot that events are missing") {
    EngineWorld world;
    Engine& first = start_announced(world);
    submit(world, first, 100, 60, false, 30s);
    REQUIRE(world.recorder.silences == std::vector<bool>{true});
    world.push = first.push();
    world.stop_engine();
    Engine& second = world.start();
    world.clock.run_for(1h);
    CHECK(world.recorder.silences == std::vector<bool>{true, true});
    submit(world, second, 200, 20, true, 30s);
    CHECK(world.recorder.silences == std::vector<bool>{true, true, false});
}
