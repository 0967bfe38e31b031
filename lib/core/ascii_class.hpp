// Digits and letters of ASCII, whatever the locale.
//
// Pure; safe on any thread.
#pragma once

namespace carecloud {

constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

constexpr bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

}  // namespace carecloud
