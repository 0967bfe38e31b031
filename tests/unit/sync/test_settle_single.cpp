// Events whose records are requested individually: a problem with one does not affect the others.
#include "unit/sync/engine_world.hpp"

using namespace carecloud;
using namespace std::chrono_literals;

namespace {

struct SingleWorld : EngineWorld {
    SingleWorld() {
        put_many(1, 10, 5, kOld);
        start();
        clock.run_for(20s);
    }
};

}  // namespace

TEST_CASE("a portal that refuses one record's id does not block other events") {
    SingleWorld world;
    world.announce(98);
    world.announce(99);
    world.portal.set_fault_hook([](const SeenRequest& request) -> std::optional<Error> {
        if (request.kind != "retrieve" || request.text.find("98") == std::string::npos) return std::nullopt;
        return Error{.code = ErrorCode::refused, .operation = "retrieve", .subject = "HTTP 400", .hint = ""};
    });
    world.engine->nudge(kEntity);
    world.clock.run_for(16min);
    CHECK(world.events(EventState::gone) == 1);
    CHECK(world.events(EventState::open) == 1);
    REQUIRE(world.recorder.passes.back().error == std::nullopt);
}

TEST_CASE(
    "regression: records that no response contains used up the requests for every other event's record") {
    SingleWorld world;
    for (const unsigned n : {91, 92, 93, 94, 95, 60})
        world.announce(n);
    world.portal.set_fault_hook([](const SeenRequest& request) -> std::optional<Error> {
        if (request.kind != "retrieve" || request.text.find("09") == std::string::npos) return std::nullopt;
        return Error{
            .code = ErrorCode::server_failed, .operation = "retrieve", .subject = "HTTP 502", .hint = ""};
    });
    world.engine->nudge(kEntity);
    world.clock.run_for(1h);
    CHECK(world.events(EventState::gone) == 1);
    CHECK(world.events(EventState::open) == 5);
}
