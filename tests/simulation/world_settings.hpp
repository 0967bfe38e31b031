// One simulated world: all of it follows from these values, so that the same ones give the same run.
#pragma once

#include "portal/portal_model.hpp"
#include "simulation/fault.hpp"
#include "sync/engine.hpp"

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace carecloud {

struct WorldSettings {
    std::uint64_t seed = 1;
    double hours = 12;  // in which things go wrong; then the world rests, and the promises are checked
    std::set<Fault> without{};  // kinds that do not happen
    std::set<Fault> always{};  // rare kinds that happen in every world, and not in those that draw them alone

    bool has(Fault fault) const { return !without.contains(fault); }
};

// The same world, without the rare faults that it did not draw.
WorldSettings drawn(WorldSettings settings);

// What the seed made of the portal and of the daemon's configuration.
struct WorldPlan {
    ModelSettings dialect;
    Timestamp start;
    std::vector<std::string> entities;
    Duration overlap{};  // within which rows become visible, and the least that the daemon is told
    Duration poll_every{};
    RateLimits rate;
    std::uint64_t requests_before = 0;  // of the first month, counted by earlier lives
    Duration latency{};
    double ties_end = 5;       // in a hundred of the records that it begins with a tie ends
    std::size_t records = 0;   // that the portal begins with, of each entity
    bool clock_jumps = false;  // the daemon's
    Duration local_ahead{};    // the daemon's clock, for good
    bool date_absent = false;  // for good
    Duration date_ahead{};     // the portal's `Date`, for good
    Duration lag{};            // of the replica

    // Otherwise the daemon's months are not the portal's.
    bool has_true_clock() const { return !clock_jumps && local_ahead == Duration{}; }
};

WorldPlan make_plan(const WorldSettings& settings, Random& random);

// How a stream is configured in one life: what may change from one to the next.
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

// As the plan has it, all of every record.
StreamVariant first_variant(const WorldPlan& plan);
StreamVariant random_variant(const WorldPlan& plan, Random& random);

// In [low, high].
std::int64_t between(Random& random, std::int64_t low, std::int64_t high);
// True in so many of a hundred cases.
bool chance(Random& random, double percent);
// Exponentially distributed, at least a millisecond.
Duration spread(Random& random, Duration mean);

}  // namespace carecloud
