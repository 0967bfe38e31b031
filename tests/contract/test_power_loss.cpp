// Promises 2 and 3 for SQLite: the machine stops at any write, sync, truncation or removal of a file.
#include "contract/fault_world.hpp"
#include "contract/rounds.hpp"

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

// What was acknowledged after the accident must also survive the next one, whatever a restart found in memory.
void check_twice(FaultWorld& world) {
    world.check();
    world.crash(FaultDisk::After::bare_power_loss);
    world.check();
}

// An accident at the n-th change of the disk. False: the run had fewer changes.
bool stop_at(std::uint64_t n, FaultDisk::After after, const FaultWorld::Settings& settings) {
    FaultWorld world(settings);
    world.disk().stop_at(n);
    world.run_script();
    if (!world.disk().stopped()) return false;
    world.crash(after);
    check_twice(world);
    return true;
}

}  // namespace

TEST_CASE("a power loss at any write or sync preserves whole commits, including all acknowledged ones") {
    const std::uint64_t seed = test_seed();
    const FaultDisk::After after[]{FaultDisk::After::power_loss, FaultDisk::After::bare_power_loss,
                                   FaultDisk::After::power_loss, FaultDisk::After::gentle_power_loss};
    std::uint64_t n = first_of(seed);
    for (;; n += stride()) {
        CAPTURE(seed, n);
        if (!stop_at(n, after[(n + seed) % 4], {.seed = seed + n})) break;
    }
    CHECK(n > 300);
}

// The log's last commit was written but never synced; the process that finds it responds with it.
TEST_CASE(
    "data in the log that a killed process did not sync is durable once the next process has opened the "
    "store") {
    const std::uint64_t seed = test_seed();
    std::uint64_t n = first_of(seed);
    for (;; n += stride()) {
        CAPTURE(seed, n);
        if (!stop_at(n, FaultDisk::After::killed, {.seed = seed + n})) break;
    }
    CHECK(n > 300);
}
