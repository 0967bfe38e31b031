// Text of unknown origin made fit to be shown: in an error, in a log line, on a terminal.
//
//     findings.problem(position, path, in_quotes(text) + " is not a duration");
//
// Pure; safe on any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace carecloud {

// The bytes at the front of `text` that are whole, shortest-form UTF-8 without surrogates (RFC 3629).
std::size_t utf8_prefix(std::string_view text);
bool is_utf8(std::string_view text);

// Whether `text` holds a control character: C0, DEL, or C1 as UTF-8 (U+0080 to U+009F), which terminals obey
// too.
bool has_control(std::string_view text);

// Printable ASCII alone, at least one character: what may stand in an HTTP header.
bool is_printable_ascii(std::string_view text);

// The text with control characters and bytes that are not UTF-8 written as \n, \t, \r or \xNN, and '\' as
// '\\': one line, harmless, and no two texts look the same.
std::string printable(std::string_view text);

// A text of several lines as one, with "; " between them.
std::string one_line(std::string_view text);

// 'text', printable, cut after `size_max` bytes with "..." to say so.
std::string in_quotes(std::string_view text, std::size_t size_max = 48);

// The text as a JSON string, with its quotes; what is not UTF-8 is replaced by U+FFFD.
std::string quoted_json(std::string_view text);

}  // namespace carecloud
