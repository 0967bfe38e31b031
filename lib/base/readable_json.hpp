// JSON whose texts every program can read. A text of valid JSON may hold half a surrogate pair ("\ud800"), which no
// UTF-8 can say, and NUL ("\u0000"), where C's strings and SQLite's JSON functions end.
//
//     if (const auto readable = readable_json(body)) show(*readable); else show(body);
//
// Pure; safe on any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace carecloud {

// The JSON with U+FFFD ("\ufffd") in place of each such escape, and otherwise the same bytes; none: there is no such
// escape. `json` is valid.
std::optional<std::string> readable_json(std::string_view json);

inline constexpr std::size_t kUnicodeEscapeSize = 6;  // \uXXXX

// The UTF-16 unit of an escape \uXXXX at `at`; none: there is no such escape.
std::optional<unsigned> utf16_unit_at(std::string_view json, std::size_t at);
// Of a surrogate pair, the first half and the second.
bool is_high_half(unsigned utf16_unit);
bool is_low_half(unsigned utf16_unit);

}  // namespace carecloud
