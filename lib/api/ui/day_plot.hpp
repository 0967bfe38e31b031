// The last day as a small plot: changes above, events below, and between them a strip of the passes. Pure.
#pragma once

#include "telemetry/day_history.hpp"

#include <string>

namespace carecloud {

// Inline SVG without a style or a script of its own, its key, and what it shows in words.
std::string day_plot(const DayHistory::Quarters& quarters);

}  // namespace carecloud
