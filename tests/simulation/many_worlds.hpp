// Many worlds, side by side on the machine's cores.
#pragma once

#include "simulation/world.hpp"

#include <cstdint>
#include <functional>
#include <vector>

namespace carecloud {

struct ManyWorlds {
    std::uint64_t worlds = 0;
    std::vector<WorldSettings> broken{};  // by seed
    WorldReport sum{};                    // of all
};

// Seeds `first` to `last`, everything else as in `settings`. `on_broken` is told of each that broke a promise as it
// ends, by one thread at a time. Blocks until all are done.
ManyWorlds run_worlds(const WorldSettings& settings, std::uint64_t first, std::uint64_t last, unsigned jobs,
                      const std::function<void(const WorldSettings&, const WorldReport&)>& on_broken);

}  // namespace carecloud
