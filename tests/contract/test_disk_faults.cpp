// Promises 2 and 3 for SQLite: any call to the disk fails, once or permanently, or the disk is full.
#include "contract/fault_world.hpp"
#include "contract/rounds.hpp"
#include "support/sanitized.hpp"

#include <algorithm>

#include <catch2/catch.hpp>

using namespace carecloud;
using Call = FaultDisk::Call;

namespace {

// The n-th call of this kind fails once. False: the run had fewer calls.
bool fail_once(Call call, std::uint64_t n, std::uint64_t seed) {
    // Half of the failed steps are repeated in the same process, the others in a new one.
    FaultWorld world({.seed = seed, .tries = seed % 2 == 0 ? 3 : 1});
    world.disk().fail(call, n);
    if (!world.run_script()) {
        if (seed % 4 == 3) world.crash(FaultDisk::After::killed);
        world.check();
        CHECK(world.run_script());
    }
    const bool failed = world.disk().calls(call) >= n;
    world.crash(FaultDisk::After::bare_power_loss);
    world.check();
    return failed;
}

bool fail_from(Call call, std::uint64_t n, std::uint64_t seed) {
    FaultWorld world({.seed = seed});
    world.disk().fail(call, n, true);
    world.run_script();
    const bool failed = world.disk().calls(call) >= n;
    world.crash(seed % 2 == 0 ? FaultDisk::After::bare_power_loss : FaultDisk::After::power_loss);
    world.check();
    world.crash(FaultDisk::After::bare_power_loss);
    world.check();
    return failed;
}

}  // namespace

TEST_CASE("a failed call of the disk loses nothing that was acknowledged, and the store continues") {
    const std::uint64_t seed = test_seed();
    const Call call = GENERATE(Call::read, Call::write, Call::sync, Call::truncate, Call::remove, Call::open,
                               Call::lock, Call::map);
    const bool lasting = GENERATE(false, true);
    // Every sync, on which the promises depend; under a sanitizer, which checks memory and threads, every eighth.
    constexpr std::uint64_t each_sync = kSanitized ? 8 : 1;
    const std::uint64_t each = call == Call::sync ? each_sync : stride() * 2;
    for (std::uint64_t n = 1 + seed % each;; n += each) {
        CAPTURE(seed, static_cast<int>(call), n, lasting);
        if (!(lasting ? fail_from(call, n, seed + n) : fail_once(call, n, seed + n))) break;
    }
}

TEST_CASE("a full disk refuses each step as a whole, and the store continues once there is space") {
    const std::uint64_t seed = test_seed();
    std::uint64_t most = 0;
    {
        FaultWorld world({.seed = seed});
        REQUIRE(world.run_script());
        most = world.disk().bytes();
    }
    int refused = 0;
    for (std::uint64_t limit = 30'000; limit < most; limit += 30'000) {
        CAPTURE(seed, limit);
        FaultWorld world({.seed = seed});
        world.disk().limit(limit);
        if (!world.run_script()) {
            ++refused;
            INFO(world.last_error()->message());
            CHECK(world.last_error()->code == ErrorCode::store_full);
        }
        world.check();
        CHECK(world.run_script());
        world.crash(FaultDisk::After::bare_power_loss);
        world.check();
    }
    CHECK(refused > 5);
}
