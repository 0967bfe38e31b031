// The exit codes of the daemon, from sysexits.h where it has one; systemd's unit relies on 77 and 78 (no
// restart).
#pragma once

#include "base/error.hpp"

namespace carecloud {

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

// The process exits with `code` in four seconds, whatever it does then. A disk that hangs must not hold up the stop:
// what is not committed by then is rolled back by the next start (promise 3), so exiting is safe at any instant.
void exit_soon_at_the_latest(ExitCode code);

}  // namespace carecloud
