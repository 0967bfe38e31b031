// How carecloudctl exits: sysexits.h where it has a code, so that scripts know what to do. `status` exits as
// monitoring plugins do instead: 0 ok, 1 warning, 2 critical, 3 unknown.
#pragma once

#include <string>

#include <boost/system/result.hpp>

namespace carecloud {

enum class CtlExit : int {
    ok = 0,
    wrong = 1,         // it was done, and what it found is not well; or the daemon said no. status: a warning
    critical = 2,      // status: what the daemon reports is critical
    unknown = 3,       // status: no answer that says how the daemon is
    usage = 64,        // EX_USAGE
    unavailable = 69,  // EX_UNAVAILABLE: no daemon answers there
    output = 74,       // EX_IOERR: what was asked for could not be written
    temporary = 75,    // EX_TEMPFAIL: try again later
    protocol = 76,     // EX_PROTOCOL: something answers there that is no carecloud-syncd of this version
    refused = 77,      // EX_NOPERM: the token
    interrupted = 130,  // SIGINT, SIGTERM, SIGHUP
};

// Why a command cannot go on, for its user.
struct CtlFailure {
    // First, since nothing that a CtlResult holds converts to it: C++20 would take a lone value for a whole aggregate.
    bool passing = false;  // the daemon is away or busy for a moment: a later try may do better
    CtlExit exit = CtlExit::wrong;
    std::string what{};
    std::string hint{};  // what to do about it; may be empty
    std::string code{};  // the problem's, if the daemon reported one: "generation_changed"
};

// Tested before it is looked into: value() is never called.
template <class T>
using CtlResult = boost::system::result<T, CtlFailure>;

[[noreturn]] void throw_exception_from_error(const CtlFailure& failure, const boost::source_location& where);

}  // namespace carecloud
