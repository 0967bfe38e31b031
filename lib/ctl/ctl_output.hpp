// Where carecloudctl writes: people see tables and colors, programs see plain bytes, and a terminal never sees a
// control character that data brought along.
//
//     CtlOutput output(out, err, {.out = true, .err = true, .color = true});
//     output.text(table.to_string() + "\n");
//     output.progress("1,200 records");  // only on a terminal; gone with the next word
//
// One thread at a time.
#pragma once

#include "ctl/ctl_exit.hpp"

#include <iosfwd>
#include <string>
#include <string_view>

namespace carecloud {

// Which of the outputs are terminals, and whether color is wanted.
struct CtlTerminals {
    bool out = false;
    bool err = false;
    bool color = false;
};

enum class Color { plain, good, warn, bad, faint };

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
