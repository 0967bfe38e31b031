// The user's view of a command: the exit codes and the output of carecloudctl.
#pragma once

#include <iosfwd>
#include <string>
#include <string_view>

#include <boost/system/result.hpp>

namespace carecloud {

// Exit codes: those of sysexits.h where applicable, for use by scripts. `status` uses those of monitoring plugins
// instead: 0 ok, 1 warning, 2 critical, 3 unknown.
enum class CtlExit : int {
    ok = 0,
    wrong = 1,          // completed with a bad result, or the daemon refused; status: a warning
    critical = 2,       // status: the daemon reports a critical state
    unknown = 3,        // status: the daemon's state could not be determined
    usage = 64,         // EX_USAGE
    unavailable = 69,   // EX_UNAVAILABLE: the daemon cannot be reached
    output = 74,        // EX_IOERR: the output could not be written
    temporary = 75,     // EX_TEMPFAIL: try again later
    protocol = 76,      // EX_PROTOCOL: the server is not carecloud-syncd of this version
    refused = 77,       // EX_NOPERM: the token or the socket's permissions
    interrupted = 130,  // SIGINT, SIGTERM, SIGHUP
};

// Why a command failed, for the user.
struct CtlFailure {
    // Must be the first member: if a CtlResult's value converted to the first member, C++20's parenthesized aggregate
    // initialization would make CtlFailure constructible from that value. None converts to bool.
    bool passing = false;  // temporary: the daemon is restarting or busy, so a retry may succeed
    CtlExit exit = CtlExit::wrong;
    std::string what{};
    std::string hint{};  // what to do about it; may be empty
    std::string code{};  // the API's problem code, if the daemon reported one: "generation_changed"
};

// Callers test for success before access; value() is never called.
template <class T>
using CtlResult = boost::system::result<T, CtlFailure>;

[[noreturn]] void throw_exception_from_error(const CtlFailure& failure, const boost::source_location& where);

// Which outputs are terminals, and whether to use color.
struct CtlTerminals {
    bool out = false;
    bool err = false;
    bool color = false;
};

enum class Color { plain, good, warn, bad, faint };

// The output of carecloudctl. People get tables and colors, programs get unchanged bytes, and control characters in
// data never reach a terminal.
//
//     CtlOutput output(out, err, {.out = true, .err = true, .color = true});
//     output.text(table.to_string() + "\n");
//     output.progress("1,200 records");  // only on a terminal; erased by the next output
//
// Not thread-safe.
class CtlOutput {
  public:
    CtlOutput(std::ostream& out, std::ostream& err, CtlTerminals terminals)
        : out_(out), err_(err), terminals_(terminals) {}
    CtlOutput(const CtlOutput&) = delete;
    CtlOutput& operator=(const CtlOutput&) = delete;

    // Our own text; any data in it must have passed printable().
    void text(std::string_view text);
    // A JSON text and a line end. On a terminal, control characters are written as \u00XX, which is the same JSON;
    // elsewhere the bytes are unchanged.
    void json(std::string_view json);
    // Unchanged bytes, for a file. On a terminal, control characters other than line feeds are escaped or omitted.
    void bytes(std::string_view bytes);
    // A line for people, on stderr.
    void note(std::string_view line);
    void failure(const CtlFailure& failure);
    // Replaces the previous progress line; only if stderr is a terminal.
    void progress(std::string_view line);
    void end_progress();
    // Clears the screen if stdout is a terminal.
    void clear();

    bool out_is_terminal() const { return terminals_.out; }
    std::string painted(std::string_view text, Color color) const;
    // Returns false if output is known to be lost.
    bool good() const;
    bool flush();

  private:
    std::ostream& out_;
    std::ostream& err_;
    CtlTerminals terminals_;
    bool progress_shown_ = false;
};

// The same JSON without characters that control a terminal, except line feeds and tabs. Invalid UTF-8 becomes U+FFFD.
std::string terminal_json(std::string_view json);

}  // namespace carecloud
