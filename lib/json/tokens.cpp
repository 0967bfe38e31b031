#include "json/tokens.hpp"

#include "json/grammar.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include <simdjson.h>

namespace carecloud {
namespace {

// Bytes: the index is made for no less, so that it does not grow page by page.
constexpr std::size_t kCapacityMin = 1U << 20U;

// Our own words: simdjson's texts and numbers differ between its versions.
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
        constexpr std::size_t depth = 1;  // of the second stage's, which never runs
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
    // It leaves room for more than this behind the last token; what peek() finds there is no token.
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
    // The next token may stand behind white space only: what follows a string at once is a token of its own.
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

// A page has few backslashes or none, so that the next one is looked for once, and not in every string. None stands
// outside of strings but in what is no token of JSON.
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

}  // namespace carecloud
