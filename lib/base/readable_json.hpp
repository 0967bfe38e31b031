// Valid JSON may contain escapes that many programs cannot handle: half of a surrogate pair ("\ud800"), which has no
// UTF-8 encoding, and NUL ("\u0000"), at which C strings and SQLite's JSON functions end. These functions replace them.
//
//     if (const auto readable = readable_json(body)) show(*readable); else show(body);
//
// Pure; thread-safe.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace carecloud {

// The same bytes with U+FFFD ("\ufffd") in place of each such escape; std::nullopt if there is none. `json` must be
// valid.
std::optional<std::string> readable_json(std::string_view json);

inline constexpr std::size_t kUnicodeEscapeSize = 6;  // \uXXXX

// The UTF-16 code unit of the escape \uXXXX at `at`; std::nullopt if there is no such escape.
std::optional<unsigned> utf16_unit_at(std::string_view json, std::size_t at);
// Whether the code unit is the first or the second half of a surrogate pair.
bool is_high_half(unsigned utf16_unit);
bool is_low_half(unsigned utf16_unit);

}  // namespace carecloud
