// A world that broke a promise, made smaller while it still breaks one.
#pragma once

#include "simulation/world.hpp"

#include <string>

namespace carecloud {

// Fewer kinds of faults and fewer hours. A dozen or two runs; what it breaks in the end may be another promise.
WorldSettings shrink(WorldSettings broken);

// The command that runs it again.
std::string command_of(const WorldSettings& settings);

}  // namespace carecloud
