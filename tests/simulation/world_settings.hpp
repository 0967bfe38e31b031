// The settings of one simulated world: they determine it completely, so the same ones give the same run.
#pragma once

#include "portal/portal_model.hpp"
#include "simulation/fault.hpp"
#include "sync/engine.hpp"

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace carecloud {

struct WorldSettings {
    std::uint64_t seed = 1;
    double hours = 12;          // with faults; then the world rests, and the promises are checked
    std::set<Fault> without{};  // excluded kinds
    std::set<Fault> always{};   // rare kinds that occur in every world, not only at random

    bool has(Fault fault) const { return !without.contains(fault); }
};

// The same world, without the rare faults that it does not have.
WorldSettings drawn(WorldSettings settings);

// What the seed determines about the portal and the daemon's configuration.
struct WorldPlan {
    ModelSettings dialect;
    Timestamp start;
    std::vector<std::string> entities;
    Duration overlap{};  // the period in which rows become visible, and the minimum configured for the daemon
    Duration poll_every{};
    RateLimits rate;
    std::uint64_t requests_before = 0;  // of the first month, counted by earlier lives
    Duration latency{};
    double ties_end = 5;           // percentage of initial records that end a tie
    std::size_t records = 0;       // initial records of the portal, per entity
    bool clock_jumps = false;      // the daemon's
    Duration local_ahead{};        // the daemon's clock, permanently
    bool date_absent = false;      // permanently
    Duration date_ahead{};         // the portal's `Date`, permanently
    Duration lag{};                // of the replica
    std::size_t lanes = 1;         // of the engine
    std::size_t page_size = 1000;  // of the first life

    // Otherwise the daemon's months differ from the portal's.
    bool has_true_clock() const { return !clock_jumps && local_ahead == Duration{}; }
};

WorldPlan make_plan(const WorldSettings& settings, Random& random);

// The configuration of a stream in one life: what may change between lives.
struct StreamVariant {
    std::string filter = "{}";
    std::vector<std::string> fields;
    std::size_t page_size = 1000;
    Duration overlap{};
    Duration poll_every{};
    double per_second = 1;
    std::uint32_t burst = 1;
    ReconcileRule reconcile{};
};

// As planned, all fields of every record.
StreamVariant first_variant(const WorldPlan& plan);
StreamVariant random_variant(const WorldPlan& plan, Random& random);

// A random number in [low, high].
std::int64_t between(Random& random, std::int64_t low, std::int64_t high);
// True in this percentage of cases.
bool chance(Random& random, double percent);
// A random span with an exponential distribution, at least a millisecond.
Duration spread(Random& random, Duration mean);

}  // namespace carecloud
