// Makes text of unknown origin fit to be shown in an error, in a log line or on a terminal.
//
//     findings.problem(position, path, in_quotes(text) + " is not a duration");
//
// Pure; thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace carecloud {

// The length of the longest prefix of `text` that is valid UTF-8: complete, shortest-form, without surrogates (RFC
// 3629).
std::size_t utf8_prefix(std::string_view text);
bool is_utf8(std::string_view text);

// Whether `text` contains a control character: C0, DEL, or C1 as UTF-8 (U+0080 to U+009F), which terminals obey, too.
bool has_control(std::string_view text);

// Whether the text is not empty and has only printable ASCII: what an HTTP header may contain.
bool is_printable_ascii(std::string_view text);

// Escapes control characters and invalid UTF-8 as \n, \t, \r or \xNN, and '\' as '\\'. The result is harmless, has one
// line, and differs for different texts.
std::string printable(std::string_view text);

// Joins the lines of a text with "; ".
std::string one_line(std::string_view text);

// 'text', printable, truncated after `size_max` bytes, which "..." indicates.
std::string in_quotes(std::string_view text, std::size_t size_max = 48);

// The text as a JSON string with quotes; invalid UTF-8 becomes U+FFFD.
std::string quoted_json(std::string_view text);

}  // namespace carecloud
