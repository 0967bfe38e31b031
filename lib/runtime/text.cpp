#include "runtime/text.hpp"

#include <algorithm>
#include <cstdint>

#include <nlohmann/json.hpp>

namespace carecloud {
namespace {

// The size of the UTF-8 sequence at the front of `text` (not empty); 0 if there is none.
std::size_t sequence_size(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    const std::uint8_t first = byte(0);
    if (first < 0x80) return 1;
    const std::size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || text.size() < size) return 0;
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xC0U) != 0x80) return 0;
    }
    // Overlong forms, surrogates, and values beyond U+10FFFF (RFC 3629, section 4).
    if (first == 0xE0 && byte(1) < 0xA0) return 0;
    if (first == 0xED && byte(1) > 0x9F) return 0;
    if (first == 0xF0 && byte(1) < 0x90) return 0;
    if (first == 0xF4 && byte(1) > 0x8F) return 0;
    return size;
}

bool is_control(std::string_view sequence) {
    const auto first = static_cast<std::uint8_t>(sequence[0]);
    if (sequence.size() == 1) return first < 0x20 || first == 0x7F;
    return sequence.size() == 2 && first == 0xC2 && static_cast<std::uint8_t>(sequence[1]) < 0xA0;
}

void append_escaped(std::string& out, char c) {
    static constexpr std::string_view digits = "0123456789abcdef";
    switch (c) {
        case '\n':
            out += "\\n";
            return;
        case '\t':
            out += "\\t";
            return;
        case '\r':
            out += "\\r";
            return;
        default:
            break;
    }
    const auto value = static_cast<std::uint8_t>(c);
    out += "\\x";
    out += digits[value >> 4U];
    out += digits[value & 15U];
}

}  // namespace

std::size_t utf8_prefix(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t size = sequence_size(text.substr(at));
        if (size == 0) return at;
        at += size;
    }
    return at;
}

bool is_utf8(std::string_view text) {
    return utf8_prefix(text) == text.size();
}

bool has_control(std::string_view text) {
    while (!text.empty()) {
        const std::size_t size = std::max<std::size_t>(sequence_size(text), 1);
        if (is_control(text.substr(0, size))) return true;
        text.remove_prefix(size);
    }
    return false;
}

bool is_printable_ascii(std::string_view text) {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

std::string printable(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const std::size_t size = sequence_size(text);
        const std::string_view piece = text.substr(0, std::max<std::size_t>(size, 1));
        if (piece == "\\") {
            out += "\\\\";
        } else if (size == 0 || is_control(piece)) {
            for (const char c : piece)
                append_escaped(out, c);
        } else {
            out += piece;
        }
        text.remove_prefix(piece.size());
    }
    return out;
}

std::string one_line(std::string_view text) {
    std::string line;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        if (end > 0) line.append(line.empty() ? "" : "; ").append(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return line;
}

std::string in_quotes(std::string_view text, std::size_t size_max) {
    if (text.size() <= size_max) return "'" + printable(text) + "'";
    std::string_view head = text.substr(0, size_max);
    // Do not cut within a character.
    const std::size_t whole = utf8_prefix(head);
    if (size_max - whole < 4) head = head.substr(0, whole);
    return "'" + printable(head) + "...'";
}

std::string quoted_json(std::string_view text) {
    return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace carecloud
