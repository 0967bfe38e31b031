// The commands of carecloudctl, and the parser of its arguments. Options may precede or follow the command, and are
// written "--since 5" or "--since=5".
//
//     const CtlResult<CommandLine> line = parse_command_line({"changes", "--since", "5"});
//     line->number("since")  →  5
//
// Pure; thread-safe.
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

// The table in command_table.cpp determines how a command line is parsed and what --help prints; a test compares the
// bash completion with it.

struct CtlOption {
    std::string_view name;   // without dashes
    std::string_view value;  // "FILE"; empty: a switch
    std::string_view help;
};

// An option that a command would ignore, and which is therefore refused.
struct CtlExclusion {
    std::string_view command;  // empty: all commands
    std::string_view option;
    // Another option of the command. If empty, the option is a general one that the command never uses.
    std::string_view beside;
    std::string_view why;
};

struct CtlCommand {
    std::string_view name;
    std::string_view arguments;  // "ENTITY [ID]"
    std::size_t arguments_min = 0;
    std::size_t arguments_max = 0;
    std::string_view summary;  // one line
    std::string_view details;
    std::span<const CtlOption> options;  // in addition to the general ones
};

std::span<const CtlCommand> ctl_commands();
std::span<const CtlOption> ctl_general_options();
std::span<const CtlExclusion> ctl_exclusions();
// nullptr if there is no such command.
const CtlCommand* find_ctl_command(std::string_view name);

std::string ctl_help();
std::string ctl_help(const CtlCommand& command);

struct CommandLine {
    const CtlCommand* command = nullptr;  // nullptr: only --help or --version was given
    std::vector<std::string> arguments{};
    std::map<std::string, std::string, std::less<>> options{};  // the value of a switch is empty

    bool has(std::string_view option) const { return options.contains(option); }
    std::string text(std::string_view option, std::string_view otherwise = {}) const;
    // std::nullopt if the option was not given. The parser has checked that the value is a number.
    std::optional<std::uint64_t> number(std::string_view option) const;
};

// Whether the command is `help`, whose argument names a command.
bool asks_for_help(const CommandLine& line);

// Failures have CtlExit::usage, and suggest the nearest known name.
CtlResult<CommandLine> parse_command_line(const std::vector<std::string>& words);

// Days are written "2026-03-15"; "2026-03" stands for a whole month.
enum class MonthEdge { first, last };

// Returns the day as "2026-03-15"; for a month, its first or last day. Failures have CtlExit::usage: the text has
// another form, there is no such day, or the year is before 1900.
CtlResult<std::string> parse_day_text(std::string_view text, MonthEdge edge);

// The values of --from and --to; empty if not given.
struct DayTexts {
    std::string from{};
    std::string to{};
};

// Failures have CtlExit::usage: as in parse_day_text(), or --to is before --from.
CtlResult<DayTexts> parse_day_range(const CommandLine& line);

}  // namespace carecloud
