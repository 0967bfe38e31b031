// Many worlds, in parallel on the machine's cores.
#pragma once

#include "simulation/world.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace carecloud {

struct ManyWorlds {
    std::uint64_t worlds = 0;
    std::vector<WorldSettings> broken{};  // by seed
    WorldReport sum{};                    // of all
};

// Seeds `first` to `last`, everything else as in `settings`. `on_broken` is called with each world that broke a promise
// when it ends, by one thread at a time. Blocks until all are done.
ManyWorlds run_worlds(const WorldSettings& settings, std::uint64_t first, std::uint64_t last, unsigned jobs,
                      const std::function<void(const WorldSettings&, const WorldReport&)>& on_broken);

// A world that broke a promise, with fewer kinds of faults and fewer hours while it still breaks one. Takes about a
// dozen runs; it may finally break a different promise.
WorldSettings shrink(WorldSettings broken);

// The command that reproduces it.
std::string command_of(const WorldSettings& settings);

}  // namespace carecloud
