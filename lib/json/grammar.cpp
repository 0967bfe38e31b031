#include "json/grammar.hpp"

#include "base/ascii.hpp"

#include <charconv>
#include <cstddef>
#include <cstring>

namespace carecloud {
namespace {

bool is_hex(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// Drops the digits at the front; false where there is none.
bool take_digits(std::string_view& text) {
    std::size_t count = 0;
    while (count < text.size() && is_digit(text[count]))
        ++count;
    text.remove_prefix(count);
    return count > 0;
}

// The characters an escape takes after its backslash; 0: not an escape.
std::size_t escape_size(std::string_view after_backslash) {
    if (after_backslash.empty()) return 0;
    const char kind = after_backslash.front();
    if (std::string_view("\"\\/bfnrt").find(kind) != std::string_view::npos) return 1;
    if (kind != 'u' || after_backslash.size() < 5) return 0;
    for (const char c : after_backslash.substr(1, 4)) {
        if (!is_hex(c)) return 0;
    }
    return 5;
}

// The character that "uXXXX" stands for where it is ASCII; 0: another one.
char ascii_of(std::string_view after_backslash) {
    unsigned code = 0;
    const char* end = after_backslash.data() + 5;
    if (std::from_chars(after_backslash.data() + 1, end, code, 16).ptr != end) return 0;
    return code < 0x80 ? static_cast<char>(code) : '\0';
}

}  // namespace

bool is_json_string_content(std::string_view inside) {
    // memchr, because signatures are tens of kilobytes of base64 without a single escape.
    while (!inside.empty()) {
        const void* found = std::memchr(inside.data(), '\\', inside.size());
        if (found == nullptr) return true;
        inside.remove_prefix(static_cast<std::size_t>(static_cast<const char*>(found) - inside.data()) + 1);
        const std::size_t size = escape_size(inside);
        if (size == 0) return false;
        inside.remove_prefix(size);
    }
    return true;
}

bool is_json_number(std::string_view token) {
    if (!token.empty() && token.front() == '-') token.remove_prefix(1);
    if (token.empty()) return false;
    if (token.front() == '0')
        token.remove_prefix(1);
    else if (!take_digits(token))
        return false;
    if (!token.empty() && token.front() == '.') {
        token.remove_prefix(1);
        if (!take_digits(token)) return false;
    }
    if (!token.empty() && (token.front() == 'e' || token.front() == 'E')) {
        token.remove_prefix(1);
        if (!token.empty() && (token.front() == '+' || token.front() == '-')) token.remove_prefix(1);
        if (!take_digits(token)) return false;
    }
    return token.empty();
}

bool is_json_literal(std::string_view token) {
    return token == "true" || token == "false" || token == "null";
}

bool says_name(std::string_view inside, std::string_view name) {
    for (const char expected : name) {
        if (inside.empty()) return false;
        char found = inside.front();
        std::size_t size = 1;
        if (found == '\\') {
            inside.remove_prefix(1);
            size = escape_size(inside);
            if (size == 0) return false;
            found = size == 5 ? ascii_of(inside) : inside.front();
        }
        if (found != expected) return false;
        inside.remove_prefix(size);
    }
    return inside.empty();
}

std::string_view trim_right(std::string_view text) {
    while (!text.empty() &&
           (text.back() == ' ' || text.back() == '\n' || text.back() == '\r' || text.back() == '\t')) {
        text.remove_suffix(1);
    }
    return text;
}

}  // namespace carecloud
