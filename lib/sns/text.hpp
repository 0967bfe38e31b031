// Untrusted text: character checks, and base64. ASCII, independent of the locale.
//
// Pure; thread-safe.
#pragma once

#include "base/ascii.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace carecloud {

// Decodes RFC 4648 section 4 base64, strictly: only the alphabet, correct padding, unused bits zero, no white space; so
// each value has exactly one encoding.
std::optional<std::string> decode_base64(std::string_view text);

// Whether it is an ASCII control character; the bytes of multibyte UTF-8 characters are not.
constexpr bool is_control(char c) {
    return (c >= 0 && c < 0x20) || c == 0x7f;
}

// Whether the text is 1 to `bytes_max` visible ASCII characters, without blanks.
constexpr bool is_visible_word(std::string_view text, std::size_t bytes_max) {
    return !text.empty() && text.size() <= bytes_max &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

}  // namespace carecloud
