// The two quantities with a unit that the configuration knows: durations (500ms 30s 5m 24h 7d) and shares
// (5%). Pure.
//
//     Result<std::chrono::milliseconds> every = parse_duration("5m");
//
// Errors: invalid_argument; `subject` says what is wrong with the text, `hint` how to write it.
#pragma once

#include "base/error.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace carecloud {

// One whole number, at most nine digits, and one unit of ms s m h d.
Result<std::chrono::milliseconds> parse_duration(std::string_view text);

// In the largest unit that is exact: "5m", "90s", "0s". What parse_duration takes.
std::string format_duration(std::chrono::milliseconds span);

// "5%" or "0.5%" as a fraction, 0.05 or 0.005; 0% to 100%.
Result<double> parse_share(std::string_view text);

}  // namespace carecloud
