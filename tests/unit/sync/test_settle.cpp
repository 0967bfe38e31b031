// Events are settled by what the store holds, then by the portal's responses, and never by assumption (promise 4;
// hazards 16, 17, 23 and 29).
#include "listing.hpp"
#include "sync/events/settle_rules.hpp"
#include "unit/sync/engine_world.hpp"

#include <algorithm>
#include <ctime>
#include <utility>

using namespace carecloud;
using namespace std::chrono_literals;

namespace {

// Only polls every five minutes, and passes requested by events.
Engine& start_quiet(EngineWorld& world) {
    world.put_many(1, 10, 5, kOld);
    Engine& engine = world.start();
    world.clock.run_for(20s);
    REQUIRE(world.held() == 10);
    world.portal.forget_requests();
    return engine;
}

std::size_t requests_of(const EngineWorld& world, const std::string& kind) {
    return static_cast<std::size_t>(
        std::count_if(world.portal.requests().begin(), world.portal.requests().end(),
                      [&](const SeenRequest& request) { return request.kind == kind; }));
}

}  // namespace

TEST_CASE("a version settles an event if it is not older; if a little older, if it was not held before") {
    const Timestamp event_time = at("2024-03-13T19:08:57.1633050Z");
    const OpenEvent event{.message_id = "m", .record_id = "r", .event_time = event_time, .held_seq = 7};
    const auto shown = [](Timestamp modified, std::uint64_t seq) {
        return HeldRecord{.modified_text = modified.to_string(), .modified = modified, .seq = seq};
    };
    const Timestamp near = event_time - kEventTolerance;
    const Timestamp far{near.ticks - 1};
    CHECK(settles(shown(event_time, 7), event, 1));
    CHECK(settles(shown(near, 8), event, 1));
    CHECK_FALSE(settles(shown(near, 7), event, kQuickLooks));
    CHECK(settles(shown(near, 7), event, kQuickLooks + 1));
    CHECK_FALSE(settles(shown(far, 8), event, kQuickLooks + 1));
    const OpenEvent timeless{.message_id = "m", .record_id = "r", .event_time = std::nullopt, .held_seq = 7};
    CHECK(settles(shown(kOld, 8), timeless, 1));
    CHECK_FALSE(settles(shown(kOld, 7), timeless, 1));
    CHECK(settles(shown(kOld, 7), timeless, kQuickLooks + 1));
    CHECK_FALSE(settles({.modified_text = "?", .modified = std::nullopt}, event, 9));
    HeldRecord deleted = shown(event_time, 8);
    deleted.deleted = true;
    CHECK_FALSE(settles(deleted, event, 9));
    HeldRecord doubted = shown(event_time, 8);
    doubted.doubted = true;
    CHECK_FALSE(settles(doubted, event, 9));
}

TEST_CASE("an event from far in the future counts as one without a time: it does not stay open for years") {
    OpenEvent event{.message_id = "m", .record_id = "r", .event_time = kOld + kDay};
    ignore_future_time(event, kOld);
    CHECK(event.event_time == kOld + kDay);
    event.event_time = kOld + kDay + 1s;
    ignore_future_time(event, kOld);
    CHECK_FALSE(event.event_time);
    EngineWorld world;
    world.put_many(1, 10, 5, kOld);
    Engine& engine = world.start();
    world.clock.run_for(1min);
    world.announce(3, at("2099-01-01T00:00:00Z"));
    engine.nudge(kEntity);
    world.clock.run_for(30min);
    CHECK(world.events(EventState::settled) == 1);
}

TEST_CASE("polls follow after 1, 2, 4 and 8 seconds, then by id, then with each poll") {
    CHECK(look_pause(1) == 1s);
    CHECK(look_pause(2) == 2s);
    CHECK(look_pause(3) == 4s);
    CHECK(look_pause(4) == 8s);
    CHECK_FALSE(look_pause(5).has_value());
    CHECK_FALSE(is_to_be_asked(4, true));
    CHECK(is_to_be_asked(5, false));
    CHECK_FALSE(is_to_be_asked(6, false));
    CHECK(is_to_be_asked(6, true));
}

TEST_CASE("an event whose record is there is settled by its first pass, within a second") {
    EngineWorld world;
    Engine& engine = start_quiet(world);
    world.put(11, world.clock.wall());
    world.announce(11);
    engine.nudge(kEntity);
    world.clock.run_for(900ms);
    CHECK(world.events(EventState::settled) == 1);
    CHECK(world.held() == 11);
    CHECK(world.recorder.passes.back().events.settled == 1);
    CHECK(world.portal.requests().size() <= 2);  // the pass, and the part of its tail that it reads again
}

TEST_CASE("a burst of 200 events for new records costs at most 5 requests") {
    EngineWorld world;
    Engine& engine = start_quiet(world);
    for (unsigned n = 0; n < 200; ++n) {
        world.put(100 + n, world.clock.wall());
        world.announce(100 + n);
        engine.nudge(kEntity);
    }
    world.clock.run_for(20s);
    CHECK(world.events(EventState::settled) == 200);
    CHECK(world.portal.requests().size() <= 5);
    CHECK(world.held() == 210);
    world.check_same();
}

TEST_CASE("an event before its record is visible is checked again (hazard 16)") {
    EngineWorld world;
    Engine& engine = start_quiet(world);
    const Timestamp now = world.clock.wall();
    REQUIRE(world.model.put(kEntity, document(11, now), now + 5s));
    world.announce(11);
    engine.nudge(kEntity);
    world.clock.run_for(4s);
    CHECK(world.events(EventState::open) == 1);
    world.clock.run_for(4s);
    CHECK(world.events(EventState::settled) == 1);
    CHECK(requests_of(world, "retrieve") == 0);
}

TEST_CASE("a record that appears much later is found by a poll, and its event never given up") {
    EngineWorld world;
    Engine& engine = start_quiet(world);
    const Timestamp now = world.clock.wall();
    // It exists already, in an older version.
    REQUIRE(world.model.put(kEntity, document(3, now, R"(,"status":"active")"), now + 8min));
    world.announce(3);
    engine.nudge(kEntity);
    world.clock.run_for(7min);
    CHECK(world.events(EventState::open) == 1);
    CHECK(std::any_of(world.portal.requests().begin(), world.portal.requests().end(),
                      [](const SeenRequest& request) { return mentions(request, "$in"); }));
    world.clock.run_for(7min);
    CHECK(world.events(EventState::settled) == 1);
    world.check_same();
}

TEST_CASE("an event about a record that no longer changes is settled after the overlap") {
    EngineWorld world;
    Engine& engine = start_quiet(world);
    world.announce(3);  // years after its `modified`
    engine.nudge(kEntity);
    world.clock.run_for(9min);
    CHECK(world.events(EventState::open) == 1);
    world.clock.run_for(7min);
    CHECK(world.events(EventState::settled) == 1);
    CHECK(requests_of(world, "retrieve") <= 4);
    CHECK(world.tables().changes.size() == 10);
}

TEST_CASE("an event whose record the portal denies is settled as gone") {
    EngineWorld world;
    Engine& engine = start_quiet(world);
    world.announce(99);
    engine.nudge(kEntity);
    world.clock.run_for(9min);
    CHECK(world.events(EventState::open) == 1);
    world.clock.run_for(7min);
    CHECK(world.events(EventState::gone) == 1);
    CHECK(requests_of(world, "retrieve") <= 4);
}

TEST_CASE("an event of a record that is not visible yet is not settled as gone") {
    EngineWorld world;
    Engine& engine = start_quiet(world);
    const Timestamp now = world.clock.wall();
    REQUIRE(world.model.put(kEntity, document(11, now), now + 3min));
    world.announce(11);
    engine.nudge(kEntity);
    world.clock.run_for(2min);
    CHECK(requests_of(world, "retrieve") == 1);
    CHECK(world.events(EventState::open) == 1);
    world.clock.run_for(10min);
    CHECK(world.events(EventState::settled) == 1);
    world.check_same();
}

TEST_CASE(
    "an event of a record that becomes visible between query and retrieval is not settled as not in the "
    "stream") {
    EngineWorld world;
    world.settings.spec.filter = R"({"status":"active"})";
    world.put(1, kOld, R"(,"status":"active")");
    Engine& engine = world.start();
    world.clock.run_for(20s);
    const Timestamp now = world.clock.wall();
    world.announce(2);
    world.portal.set_fault_hook([&](const SeenRequest& request) -> std::optional<Error> {
        if (request.kind == "retrieve") world.put(2, now, R"(,"status":"active")");
        return std::nullopt;
    });
    engine.nudge(kEntity);
    world.clock.run_for(1min);
    CHECK(requests_of(world, "retrieve") == 1);
    CHECK(world.events(EventState::open) == 1);
    world.clock.run_for(10min);
    CHECK(world.events(EventState::settled) == 1);
    CHECK(world.held() == 2);
}

TEST_CASE("an event of a record that no response contains is settled once the record is in quarantine") {
    EngineWorld world;
    Engine& engine = start_quiet(world);
    world.model.change_settings({.response_limit_bytes = 5'000});
    world.put(11, world.clock.wall(), R"(,"signature":")" + std::string(6'000, 'x') + "\"");
    world.put(12, world.clock.wall());
    world.announce(11);
    world.announce(12);
    engine.nudge(kEntity);
    world.clock.run_for(10min);
    CHECK(world.tables().quarantine.size() == 1);
    CHECK(world.events(EventState::settled) == 2);
}

TEST_CASE("an unreachable portal keeps events open, and they are settled when it is back") {
    EngineWorld world;
    Engine& engine = start_quiet(world);
    world.put(11, world.clock.wall());
    world.announce(11);
    world.portal.set_fault_hook([](const SeenRequest&) -> std::optional<Error> {
        return Error{.code = ErrorCode::unreachable, .operation = "query", .subject = "refused", .hint = ""};
    });
    engine.nudge(kEntity);
    world.clock.run_for(30min);
    CHECK(world.events(EventState::open) == 1);
    world.portal.set_fault_hook({});
    world.clock.run_for(10min);
    CHECK(world.events(EventState::settled) == 1);
}

TEST_CASE("open events survive a restart and are settled by the first pass") {
    EngineWorld world;
    world.put_many(1, 10, 5, kOld);
    world.announce(5, kOld);
    world.start();
    world.clock.run_for(10s);
    CHECK(world.events(EventState::settled) == 1);
}

TEST_CASE("settling twice as many events takes about twice the time") {
    const auto seconds_for = [](unsigned count) {
        EngineWorld world;
        world.put_many(1, 10, 5, kOld);
        world.start();
        world.clock.run_for(20s);
        world.settings.page_size = 1000;
        for (unsigned n = 0; n < count; ++n)
            world.announce(100 + n);
        const std::clock_t begun = std::clock();
        world.engine->nudge(kEntity);
        world.clock.run_for(1min);
        CHECK(world.events(EventState::open) == count);
        return static_cast<double>(std::clock() - begun) / CLOCKS_PER_SEC;
    };
    seconds_for(500);
    CHECK(seconds_for(10'000) < 3 * seconds_for(5'000));
}

TEST_CASE("a stop while events are being settled ends the engine, and they stay open") {
    EngineWorld world;
    Engine& engine = start_quiet(world);
    world.announce(99);
    engine.nudge(kEntity);
    bool stopped = false;
    world.portal.set_fault_hook([&](const SeenRequest& request) -> std::optional<Error> {
        if (request.kind == "retrieve") {
            stopped = true;
            engine.stop();
        }
        return std::nullopt;
    });
    REQUIRE(world.clock.run_until([&] { return world.ended; }));
    CHECK(stopped);
    CHECK(world.events(EventState::open) == 1);
    CHECK(world.recorder.passes.back().error.value().code == ErrorCode::canceled);
}
