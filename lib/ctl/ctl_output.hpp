// What becomes of a command, for its user: how carecloudctl exits, and where it writes.
#pragma once

#include <iosfwd>
#include <string>
#include <string_view>

#include <boost/system/result.hpp>

namespace carecloud {

// How carecloudctl exits: sysexits.h where it has a code, so that scripts know what to do. `status` exits as
// monitoring plugins do instead: 0 ok, 1 warning, 2 critical, 3 unknown.
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

// Which of the outputs are terminals, and whether color is wanted.
struct CtlTerminals {
    bool out = false;
    bool err = false;
    bool color = false;
};

enum class Color { plain, good, warn, bad, faint };

// Where carecloudctl writes: people see tables and colors, programs see plain bytes, and a terminal never sees a
// control character that data brought along.
//
//     CtlOutput output(out, err, {.out = true, .err = true, .color = true});
//     output.text(table.to_string() + "\n");
//     output.progress("1,200 records");  // only on a terminal; gone with the next word
//
// One thread at a time.
class CtlOutput {
  public:
    CtlOutput(std::ostream& out, std::ostream& err, CtlTerminals terminals)
        : out_(out), err_(err), terminals_(terminals) {}
    CtlOutput(const CtlOutput&) = delete;
    CtlOutput& operator=(const CtlOutput&) = delete;

    // Text of ours; what it repeats of data went through printable().
    void text(std::string_view text);
    // A JSON text and a line's end. On a terminal what it would obey is written as \u00XX, which is the same JSON;
    // elsewhere the bytes come as they are.
    void json(std::string_view json);
    // Bytes as they are, for a file; on a terminal control characters but line ends are left out.
    void bytes(std::string_view bytes);
    // For people, on stderr.
    void note(std::string_view line);
    void failure(const CtlFailure& failure);
    // In place of the last one; only where stderr is a terminal.
    void progress(std::string_view line);
    void end_progress();
    // The screen's beginning, where stdout is a terminal.
    void clear();

    bool out_is_terminal() const { return terminals_.out; }
    std::string painted(std::string_view text, Color color) const;
    // False: not all that was written arrived, so far as is known.
    bool good() const;
    bool flush();

  private:
    std::ostream& out_;
    std::ostream& err_;
    CtlTerminals terminals_;
    bool progress_shown_ = false;
};

// The same JSON without a character that a terminal obeys, but for line feeds and tabs. What is no UTF-8 becomes
// U+FFFD.
std::string terminal_json(std::string_view json);

}  // namespace carecloud
