// What carecloudctl can do, and the words after its name, understood: options may stand before the command and behind
// it, as "--since 5" or "--since=5".
//
//     const CtlResult<CommandLine> line = parse_command_line({"changes", "--since", "5"});
//     line->number("since")  →  5
//
// Pure; safe on any thread.
#pragma once

#include "ctl/ctl_output.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

// The table of command_table.cpp: the command line is read by it, --help printed from it, and the completion for bash
// held against it by a test.

struct CtlOption {
    std::string_view name;   // without its dashes
    std::string_view value;  // "FILE"; empty: a switch
    std::string_view help;
};

// An option that a command would pass over: it is refused.
struct CtlExclusion {
    std::string_view command;
    std::string_view option;
    // Another option of the command; empty: never of use there, though it is a general one.
    std::string_view beside;
    std::string_view why;
};

struct CtlCommand {
    std::string_view name;
    std::string_view arguments;  // "ENTITY [ID]"
    std::size_t arguments_min = 0;
    std::size_t arguments_max = 0;
    std::string_view summary;  // of one line
    std::string_view details;
    std::span<const CtlOption> options;  // beside the general ones
};

std::span<const CtlCommand> ctl_commands();
std::span<const CtlOption> ctl_general_options();
std::span<const CtlExclusion> ctl_exclusions();
// Null: there is none of that name.
const CtlCommand* find_ctl_command(std::string_view name);

std::string ctl_help();
std::string ctl_help(const CtlCommand& command);

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
