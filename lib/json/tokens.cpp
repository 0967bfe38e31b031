#include "json/tokens.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <utility>

#include <simdjson.h>

namespace carecloud {
namespace {

// The least capacity of the index in bytes of text, so it does not grow page by page.
constexpr std::size_t kCapacityMin = 1U << 20U;

// The texts are our own because simdjson's texts and numbers differ between its versions.
const char* reason_of(simdjson::error_code error) {
    switch (error) {
        case simdjson::EMPTY:
            return "empty";
        case simdjson::UTF8_ERROR:
            return "invalid UTF-8";
        case simdjson::UNCLOSED_STRING:
            return "truncated in a string";
        case simdjson::UNESCAPED_CHARS:
            return "a control character in a string";
        default:
            return "unreadable";
    }
}

const char* find_backslash(const char* begin, const char* end) {
    const void* found = std::memchr(begin, '\\', static_cast<std::size_t>(end - begin));
    return found == nullptr ? end : static_cast<const char*>(found);
}

bool is_hex(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// Removes the digits at the front; false if there are none.
bool take_digits(std::string_view& text) {
    std::size_t count = 0;
    while (count < text.size() && is_digit(text[count]))
        ++count;
    text.remove_prefix(count);
    return count > 0;
}

// The number of characters of an escape after its backslash; 0 if it is not an escape.
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

// The character that "uXXXX" represents if it is ASCII; otherwise 0.
char ascii_of(std::string_view after_backslash) {
    unsigned code = 0;
    const char* end = after_backslash.data() + 5;
    if (std::from_chars(after_backslash.data() + 1, end, code, 16).ptr != end) return 0;
    return code < 0x80 ? static_cast<char>(code) : '\0';
}

}  // namespace

void bad_json(std::string what) {
    throw BadJson{std::move(what)};
}

// simdjson's first stage and the index that it fills.
struct Tokens::Index {
    std::unique_ptr<simdjson::internal::dom_parser_implementation> parser;

    void make_room(std::size_t size) {
        if (parser && parser->capacity() >= size) return;
        const std::size_t capacity = std::max(size, kCapacityMin);
        constexpr std::size_t depth = 1;  // for the second stage, which never runs
        const auto error = parser ? parser->allocate(capacity, depth)
                                  : simdjson::get_active_implementation()->create_dom_parser_implementation(
                                        capacity, depth, parser);
        if (error != simdjson::SUCCESS) bad_json("out of memory");
    }
};

Tokens::Tokens() : index_(std::make_unique<Index>()) {}
Tokens::~Tokens() = default;

void Tokens::begin(char* text, std::size_t size) {
    index_->make_room(size);
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(text);
    const auto error = index_->parser->stage1(bytes, size, simdjson::stage1_mode::regular);
    if (error != simdjson::SUCCESS) bad_json(std::string("not valid JSON: ") + reason_of(error));
    // simdjson's index has room for more than two entries after the last token; what peek() finds there is not a token.
    std::uint32_t* index = index_->parser->structural_indexes.get();
    const std::uint32_t count = index_->parser->n_structural_indexes;
    index[count] = index[count + 1] = static_cast<std::uint32_t>(size);
    text[size] = '\0';
    text_ = text;
    end_ = text + size;
    next_ = index;
    backslash_ = find_backslash(text_, end_);
}

void Tokens::end() const {
    if (position() != end_) bad_json("trailing data after the response");
}

void Tokens::unexpected() const {
    bad_json(position() == end_ ? "not valid JSON: truncated" : "not valid JSON: unexpected token");
}

std::string_view Tokens::take_string() {
    const char* begin = position();
    if (*begin != '"') unexpected();
    ++next_;
    // The next token may only follow white space: text directly after a string is a separate token.
    const char* end = position();
    while (end[-1] != '"')
        --end;
    if (backslash_ < end) check_escapes(begin + 1, end - 1);
    return {begin, static_cast<std::size_t>(end - begin)};
}

std::string_view Tokens::take_name() {
    const std::string_view token = take_string();
    return token.substr(1, token.size() - 2);
}

// A page has few backslashes or none, so the next one is searched only once, not in every string. Outside of strings,
// they occur only in invalid tokens.
void Tokens::check_escapes(const char* begin, const char* end) {
    if (!is_json_string_content({begin, static_cast<std::size_t>(end - begin)}))
        bad_json("not valid JSON: invalid escape in a string");
    backslash_ = find_backslash(end, end_);
}

std::string_view Tokens::take_scalar() {
    const char* begin = position();
    if (*begin == '"') return take_string();
    if (begin == end_) unexpected();
    ++next_;
    const std::string_view token = trim_right({begin, static_cast<std::size_t>(position() - begin)});
    if (!is_json_number(token) && !is_json_literal(token)) bad_json("not valid JSON: invalid value");
    return token;
}

void Tokens::skip_value(std::size_t depth) {
    if (depth > kNestingMax) bad_json("nested deeper than " + std::to_string(kNestingMax));
    switch (peek()) {
        case '{':
            each_member([this, depth](std::string_view) { skip_value(depth + 1); });
            break;
        case '[':
            each_element([this, depth] { skip_value(depth + 1); });
            break;
        default:
            take_scalar();
    }
}

std::size_t Tokens::skip_value_before(const char* end) {
    const std::uint32_t* next = next_;
    std::size_t depth = 0;
    do {
        const char* const at = text_ + *next;
        if (at >= end) return 0;
        depth += *at == '{' || *at == '[' ? 1 : 0;
        if (*at == '}' || *at == ']') {
            if (depth == 0) return 0;
            --depth;
        }
        ++next;
    } while (depth > 0);
    if (text_ + *next >= end) return 0;
    const auto count = static_cast<std::size_t>(next - next_);
    next_ = next;
    return count;
}

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

bool matches_name(std::string_view inside, std::string_view name) {
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
