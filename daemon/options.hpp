// The command line of carecloud-syncd.
#pragma once

#include "exit_code.hpp"

#include <iosfwd>
#include <optional>
#include <string>
#include <variant>

namespace carecloud {

struct Options {
    std::string config = "/etc/carecloud-syncd/config.yaml";
    bool check = false;
    bool once = false;
    bool reload = false;
    bool new_store = false;
};

// The options, or the code to exit with at once: --help and --version have been answered on `out`, an error on `err`.
std::variant<Options, ExitCode> parse_options(int argc, const char* const* argv, std::ostream& out,
                                              std::ostream& err);

}  // namespace carecloud
