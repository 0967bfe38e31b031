// kill -9 at any time: no intervention is needed, nothing is lost and nothing is stored twice.
#include "system/kill_world.hpp"

#include <iostream>

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

constexpr int kKillsMin = 35;  // in each round

}  // namespace

TEST_CASE(
    "repeated kill -9 in first loads, increments, reconciliations, backfills and events, while the portal "
    "has every fault") {
    const std::uint64_t seed = test_seed();
    CAPTURE(seed);
    int kills = 0;
    KillWorld world(seed);
    for (int round = 0; round < test_rounds(); ++round) {
        CAPTURE(round);
        for (const KillPhase& phase : world.phases()) {
            CAPTURE(phase.name);
            REQUIRE(world.broken_by(phase) == "");
            const KillTally tally = world.tally();
            std::cout << phase.name << ": killed " << tally.kills << " times, " << tally.hits
                      << " in the middle of it" << std::endl;
            // Missed kills came too soon after the start, or when the work was done: its duration varies.
            CHECK(tally.hits * 3 >= tally.kills);
            kills += tally.kills;
        }
        REQUIRE(world.broken_at_last() == "");
    }
    CHECK(kills >= kKillsMin * test_rounds());
}
