#include "ctl/ctl_output.hpp"

#include "runtime/text.hpp"

#include <algorithm>
#include <ostream>
#include <sstream>
#include <stdexcept>

#include <boost/throw_exception.hpp>

namespace carecloud {
namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

void append_escape(std::string& out, unsigned char byte) {
    out += "\\u00";
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 15U];
}

// C1 control characters are C2 80 to C2 9F in UTF-8.
bool is_c1(std::string_view rest) {
    return rest.size() > 1 && rest[0] == '\xc2' && static_cast<unsigned char>(rest[1]) < 0xa0;
}

}  // namespace

void throw_exception_from_error(const CtlFailure& failure, const boost::source_location& where) {
    boost::throw_exception(std::logic_error(failure.what), where);
}

std::string terminal_json(std::string_view json) {
    std::string out;
    while (!json.empty()) {
        const auto byte = static_cast<unsigned char>(json[0]);
        std::size_t taken = 1;
        if (byte == '\n' || byte == '\t') {
            out += json[0];
        } else if (byte < 0x20) {
            // Valid JSON contains no other control character than a carriage return here, as white space.
            if (byte != '\r') append_escape(out, byte);
        } else if (byte == 0x7f) {
            append_escape(out, byte);
        } else if (byte < 0x80) {
            out += json[0];
        } else if (utf8_prefix(json.substr(0, 4)) == 0) {
            out += "\xef\xbf\xbd";
        } else if (is_c1(json)) {
            append_escape(out, static_cast<unsigned char>(json[1]));
            taken = 2;
        } else {
            // Take the whole character: its continuation bytes are 80 to BF.
            while (taken < json.size() && (static_cast<unsigned char>(json[taken]) & 0xc0U) == 0x80)
                ++taken;
            out += json.substr(0, taken);
        }
        json.remove_prefix(taken);
    }
    return out;
}

void CtlOutput::text(std::string_view text) {
    end_progress();
    out_ << text;
}

void CtlOutput::json(std::string_view json) {
    while (json.ends_with('\n'))
        json.remove_suffix(1);
    if (terminals_.out)
        text(terminal_json(json));
    else
        text(json);
    out_ << '\n';
}

void CtlOutput::bytes(std::string_view bytes) {
    if (!terminals_.out) {
        out_ << bytes;
        return;
    }
    std::string safe;
    while (!bytes.empty()) {
        const std::size_t line = std::min(bytes.find_first_of("\r\n"), bytes.size());
        safe += printable(bytes.substr(0, line));
        if (line < bytes.size() && bytes[line] == '\n') safe += '\n';
        bytes.remove_prefix(std::min(line + 1, bytes.size()));
    }
    text(safe);
}

void CtlOutput::note(std::string_view line) {
    end_progress();
    err_ << line << std::endl;
}

void CtlOutput::failure(const CtlFailure& failure) {
    std::string line = "carecloudctl: " + failure.what;
    std::istringstream hint(failure.hint);
    for (std::string piece; std::getline(hint, piece);)
        line += "\n  " + piece.substr(std::min(piece.find_first_not_of(' '), piece.size()));
    note(line);
}

void CtlOutput::progress(std::string_view line) {
    if (!terminals_.err) return;
    err_ << "\r\x1b[K" << line << std::flush;
    progress_shown_ = true;
}

void CtlOutput::end_progress() {
    if (!progress_shown_) return;
    err_ << "\r\x1b[K" << std::flush;
    progress_shown_ = false;
}

void CtlOutput::clear() {
    if (terminals_.out) out_ << "\x1b[H\x1b[2J";
}

std::string CtlOutput::painted(std::string_view text, Color color) const {
    if (!terminals_.color || color == Color::plain) return std::string(text);
    const std::string_view code = color == Color::good   ? "32"
                                  : color == Color::warn ? "33"
                                  : color == Color::bad  ? "1;31"
                                                         : "2";
    return "\x1b[" + std::string(code) + "m" + std::string(text) + "\x1b[0m";
}

bool CtlOutput::good() const {
    return out_.good();
}

bool CtlOutput::flush() {
    out_.flush();
    return out_.good();
}

}  // namespace carecloud
