// The command line of carecloud-syncd, and the codes that it exits with.
#pragma once

#include "base/error.hpp"

#include <iosfwd>
#include <optional>
#include <string>
#include <variant>

namespace carecloud {

// The exit codes of the daemon, from sysexits.h where it has one; systemd's unit relies on 77 and 78 (no restart).
enum class ExitCode : int {
    ok = 0,
    usage = 64,          // EX_USAGE
    software = 70,       // EX_SOFTWARE: a broken invariant, never an outage
    unavailable = 75,    // EX_TEMPFAIL: the portal or the store could not be reached
    key_refused = 77,    // EX_NOPERM
    configuration = 78,  // EX_CONFIG, and whatever else no restart can heal
};

// The exit code of a daemon that an error ended.
ExitCode exit_code_of(const Error& error);
// The same of several errors, of which `before` is the code so far. A refused key decides, since no restart helps then.
ExitCode exit_code_after(ExitCode before, const Error& error);

// The process exits with `code` in four seconds, whatever it does then. A disk that hangs must not hold up the stop:
// what is not committed by then is rolled back by the next start (promise 3), so exiting is safe at any instant.
void exit_soon_at_the_latest(ExitCode code);

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
