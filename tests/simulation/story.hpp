// Formats the story of a world: its lines, as text.
#pragma once

#include "base/clock.hpp"
#include "simulation/world_settings.hpp"
#include "sync/walk/observer.hpp"

#include <string>

namespace carecloud {

// "90 s"
std::string seconds(Duration span);
// Empty for a pass without changes.
std::string story_of(const PassReport& report);
std::string story_of(const Job& pass);
std::string story_of(const StreamVariant& variant);

}  // namespace carecloud
