// The words after `carecloudctl`, understood: options may stand before the command and behind it, as "--since 5" or
// "--since=5".
//
//     const CtlResult<CommandLine> line = parse_command_line({"changes", "--since", "5"});
//     line->number("since")  →  5
//
// Pure; safe on any thread.
#pragma once

#include "ctl/command_table.hpp"
#include "ctl/ctl_output.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

struct CommandLine {
    const CtlCommand* command = nullptr;  // null: --help or --version stand alone
    std::vector<std::string> arguments{};
    std::map<std::string, std::string, std::less<>> options{};  // a switch's value is empty

    bool has(std::string_view option) const { return options.contains(option); }
    std::string text(std::string_view option, std::string_view otherwise = {}) const;
    // None: it was not given. Its digits were checked.
    std::optional<std::uint64_t> number(std::string_view option) const;
};

// The command help, whose argument names a command.
bool asks_for_help(const CommandLine& line);

// Failures are of usage, and name the nearest known word.
CtlResult<CommandLine> parse_command_line(const std::vector<std::string>& words);

// Days are given as "2026-03-15", or as "2026-03" for the whole month.
enum class MonthEdge { first, last };

// "2026-03-01" or "2026-03-31" of the month, or the day itself. Failures are of usage: not of that form, no such day,
// or outside the years 1970 to 9999.
CtlResult<std::string> parse_day_text(std::string_view text, MonthEdge edge);

// The values of --from and --to; empty if they are not given.
struct DayTexts {
    std::string from{};
    std::string to{};
};

// Failures are of usage: as above, and a last day before the first one.
CtlResult<DayTexts> parse_day_range(const CommandLine& line);

}  // namespace carecloud
