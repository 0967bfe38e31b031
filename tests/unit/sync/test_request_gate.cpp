// The gate by itself: what the engine's tests and the simulated worlds only meet by chance.
#include "world.hpp"

#include <vector>

using namespace carecloud;
using namespace std::chrono_literals;

// Found by simulate --seed 156 --hours 6: requests that waited for the rate went out after the portal had said that
// the month's quota is spent.
TEST_CASE("gate: whoever waits for the rate is told, too, that the portal calls the quota spent") {
    World world;
    RequestGate gate(world.clock, *world.store, {.per_second = 1, .burst = 1});
    std::vector<Result<>> ends;
    for (int i = 0; i < 3; ++i) {
        boost::asio::co_spawn(world.io, gate.admit(), [&](std::exception_ptr thrown, Result<> end) {
            if (thrown) std::rethrow_exception(thrown);
            ends.push_back(std::move(end));
        });
    }
    REQUIRE(world.clock.run_until([&] { return ends.size() == 1; }));
    REQUIRE(ends.front());
    gate.park();
    REQUIRE(world.clock.run_until([&] { return ends.size() == 3; }));
    CHECK(ends[1].error().code == ErrorCode::quota_exhausted);
    CHECK(ends[2].error().code == ErrorCode::quota_exhausted);
    CHECK(gate.use().used == 1);
}
