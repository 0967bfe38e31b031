// What carecloudctl can do, as a table: the command line is read by it, --help printed from it, and the completion for
// bash held against it by a test.
//
// Pure; safe on any thread.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace carecloud {

struct CtlOption {
    std::string_view name;   // without its dashes
    std::string_view value;  // "FILE"; empty: a switch
    std::string_view help;
};

// An option that a command would pass over: it is refused.
struct CtlExclusion {
    std::string_view command;
    std::string_view option;
    std::string_view
        beside;  // another option of the command; empty: never of use there, though it is a general one
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

}  // namespace carecloud
