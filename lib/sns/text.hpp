// Texts from outside: which characters they may have before they are used for anything, and base64. ASCII, whatever the
// locale.
//
// Pure; safe on any thread.
#pragma once

#include "base/ascii.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace carecloud {

// RFC 4648 4, read strictly: only the alphabet, right padding, unused bits zero, no white space, so that one value has
// one spelling.
std::optional<std::string> decode_base64(std::string_view text);

// Of ASCII's; the bytes of UTF-8 are none.
constexpr bool is_control(char c) {
    return (c >= 0 && c < 0x20) || c == 0x7f;
}

// One word of visible ASCII: 1 to `bytes_max` characters, no blanks.
constexpr bool is_visible_word(std::string_view text, std::size_t bytes_max) {
    return !text.empty() && text.size() <= bytes_max &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

}  // namespace carecloud
