// Days as an operator types them: "2026-03-15", or "2026-03" for the whole month.
//
// Pure; safe on any thread.
#pragma once

#include "ctl/command_line.hpp"
#include "ctl/ctl_exit.hpp"

#include <string>
#include <string_view>

namespace carecloud {

enum class MonthEdge { first, last };

// "2026-03-01" or "2026-03-31" of the month, or the day itself. Failures are of usage: not of that form, no such day,
// or outside the years 1970 to 9999.
CtlResult<std::string> parse_day_text(std::string_view text, MonthEdge edge);

// As --from and --to say it; empty where they are not given.
struct DayTexts {
    std::string from{};
    std::string to{};
};

// Failures of usage, too, where the last day lies before the first one.
CtlResult<DayTexts> parse_day_range(const CommandLine& line);

}  // namespace carecloud
