// The last day as a small plot: changes above, events below, and between them a strip of the passes. Pure.
#pragma once

#include "api/day_book.hpp"

#include <string>

namespace carecloud {

// Inline SVG without a style or a script of its own, its key, and what it shows in words.
std::string day_plot(const DayBook::Quarters& quarters);

}  // namespace carecloud
