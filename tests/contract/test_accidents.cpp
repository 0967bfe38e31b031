// Promises 2 and 3 for SQLite under combined accidents: faults, kills and power losses, one after the other in the same
// store, with checkpoints concurrent to the writer.
#include "contract/fault_world.hpp"
#include "contract/rounds.hpp"
#include "support/sanitized.hpp"

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

constexpr std::uint64_t kAccidents = kSanitized ? 20 : 60;

class Accidents {
  public:
    explicit Accidents(std::uint64_t seed) : random_(seed) {}

    // Prepares the next one.
    void prepare(FaultDisk& disk) {
        if (one_in(3)) disk.stop_at(1 + below(400));
        if (one_in(2)) fail(disk, FaultDisk::Call::sync, 30);
        if (one_in(4)) fail(disk, FaultDisk::Call(below(FaultDisk::kCalls)), 200);
        if (one_in(8)) disk.limit(30'000 + below(600'000));
    }
    FaultDisk::After after() { return FaultDisk::After(below(4)); }
    bool one_in(std::uint64_t n) { return below(n) == 0; }

  private:
    void fail(FaultDisk& disk, FaultDisk::Call call, std::uint64_t calls) {
        const std::uint64_t nth = 1 + below(calls);
        disk.fail(call, nth, one_in(4));
    }
    std::uint64_t below(std::uint64_t bound) { return random_() % bound; }

    std::mt19937_64 random_;
};

}  // namespace

TEST_CASE("after a series of accidents the store holds everything it acknowledged and completes its script") {
    const std::uint64_t seed = test_seed();
    for (std::uint64_t round = 0; round < kAccidents * rounds(); ++round) {
        CAPTURE(seed, round);
        Accidents accidents(seed + round);
        FaultWorld world({.seed = seed + round, .concurrent_checkpoints = round % 4 != 0, .tries = 2});
        bool ended = false;
        for (int accident = 0; accident < 12 && !ended; ++accident) {
            CAPTURE(accident);
            accidents.prepare(world.disk());
            ended = world.run_script();
            if (world.disk().stopped() || accidents.one_in(2)) world.crash(accidents.after());
            world.check();
        }
        world.crash(FaultDisk::After::bare_power_loss);
        world.check();
    }
}
