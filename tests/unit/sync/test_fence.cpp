// An engine whose writes are fenced, and another daemon that takes over.
#include "unit/sync/engine_world.hpp"

#include <string>

#include <catch2/catch.hpp>

namespace carecloud {

using namespace std::chrono_literals;

namespace {

constexpr const char* kLease = "engine";

struct FencedWorld : EngineWorld {
    FencedWorld() {
        content->leases[kLease] = {.holder = "mine", .token = 1};
        store->set_fence(Fence{.lease = kLease, .holder = "mine", .token = 1});
        inbox.share_fence(*store);
    }
    void lose() { content->leases[kLease] = {.holder = "other", .token = 2}; }
};

}  // namespace

TEST_CASE("an engine whose lease was taken writes nothing more, ends and reports no failure") {
    FencedWorld world;
    world.put_many(1, 20, 5, kOld);
    world.start();
    REQUIRE(world.clock.run_until([&] { return world.recorder.passes.size() == 1; }));
    CHECK(world.held() == 20);
    const std::uint64_t commits = world.content->commits;
    const auto quota = world.tables().quota;
    world.lose();
    world.put(21, world.clock.wall());
    REQUIRE(world.clock.run_until([&] { return world.ended; }));
    CHECK(world.engine->is_lost());
    CHECK(world.content->commits == commits);
    CHECK(world.tables().quota == quota);
    REQUIRE(world.recorder.passes.size() == 2);
    REQUIRE(world.recorder.passes.back().error);
    CHECK(world.recorder.passes.back().error->code == ErrorCode::canceled);
    CHECK(world.recorder.pauses.empty());
    CHECK(world.recorder.failures.empty());
}

}  // namespace carecloud
