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

    bool has(Fault fault) const { return !without.contains(fault); }
};

// What the seed made of the portal and of the daemon's configuration.
struct WorldPlan {
    ModelSettings dialect;
    Timestamp start;
    std::vector<std::string> entities;
    Duration overlap{};
    Duration poll_every{};
    RateLimits rate;
    Duration latency{};
    std::size_t records = 0;   // that the portal begins with, of each entity
    bool clock_jumps = false;  // the daemon's; otherwise its months are the portal's
};

WorldPlan make_plan(const WorldSettings& settings, Random& random);

// How a stream is configured in one life: what may change from one to the next.
struct StreamVariant {
    std::string filter = "{}";
    std::vector<std::string> fields;
    std::size_t page_size = 1000;
};

StreamVariant random_variant(Random& random);

// In [low, high].
std::int64_t between(Random& random, std::int64_t low, std::int64_t high);
// True in so many of a hundred cases.
bool chance(Random& random, double percent);
// Exponentially distributed, at least a millisecond.
Duration spread(Random& random, Duration mean);

}  // namespace carecloud
