// The command line of carecloud-syncd, and its exit codes.
#pragma once

#include "base/error.hpp"
#include "base/packaged_service.hpp"

#include <iosfwd>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace carecloud {

// The exit codes of the daemon, from sysexits.h if it defines one; systemd's unit relies on 77 and 78 (no restart).
enum class ExitCode : int {
    ok = 0,
    usage = 64,          // EX_USAGE
    software = 70,       // EX_SOFTWARE: a violated invariant, never an outage
    unavailable = 75,    // EX_TEMPFAIL: the portal or the store could not be reached
    key_refused = 77,    // EX_NOPERM
    configuration = 78,  // EX_CONFIG, and everything else that a restart cannot fix
};

// The exit code of a daemon that ended with this error.
ExitCode exit_code_of(const Error& error);
// The exit code after several errors; `before` is the code so far. A refused key takes precedence, since no restart
// helps then.
ExitCode exit_code_after(ExitCode before, const Error& error);

// Makes the process exit with `code` in four seconds, whatever it is doing then. A hanging disk must not delay the
// stop: what is not committed by then is rolled back by the next start (promise 3), so exiting is safe at any time.
void exit_soon_at_the_latest(ExitCode code);

struct Options {
    std::string config = "/etc/carecloud-syncd/config.yaml";
    bool check = false;
    bool once = false;
    bool reload = false;
    bool new_store = false;
    std::vector<std::string> copy_store{};  // from, to; empty: not requested
    std::string undo_move{};                // of that store; empty: not requested
};

// The packaged service that reads this configuration file; carecloud-syncd.service for any other file.
PackagedService service_of(const std::string& config);

// Returns the options, or the code to exit with immediately: after --help and --version, printed to `out`, or an error,
// printed to `err`.
std::variant<Options, ExitCode> parse_options(int argc, const char* const* argv, std::ostream& out,
                                              std::ostream& err);

}  // namespace carecloud
