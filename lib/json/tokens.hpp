// The tokens of a JSON text, in place and in order: no DOM, no copy. simdjson's first stage finds them (and checks
// UTF-8, quotes and control characters). The other rules of RFC 8259 are checked here, each token once.
//
//     Tokens tokens;
//     tokens.begin(text, size);
//     tokens.each_member([&](std::string_view name) { tokens.skip_value(1); });
//     tokens.end();
//
// simdjson's On-Demand front end uses the same index, but takes two to three times as long per member, and a page of
// attendance records has three hundred thousand of them. Every function may throw BadJson if the text is not valid;
// afterwards only begin() may be called. One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace carecloud {

// Describes why a text is not valid, without any of its content. Caught by the function that began to parse it.
struct BadJson {
    std::string what;
};

[[noreturn]] void bad_json(std::string what);

// Deeper nesting is rejected (attendance records have a depth of 6).
inline constexpr std::size_t kNestingMax = 128;

class Tokens {
  public:
    Tokens();
    ~Tokens();
    Tokens(const Tokens&) = delete;
    Tokens& operator=(const Tokens&) = delete;

    // `text` must have a writable byte after its `size` bytes, and must outlive the parsing.
    void begin(char* text, std::size_t size);
    // Checks that only white space is left.
    void end() const;

    // The first character of the next token; '\0' at the text's end.
    char peek() const { return text_[*next_]; }
    const char* position() const { return text_ + *next_; }
    // The position after the last token, which must have been a bracket.
    const char* after_bracket() const { return text_ + next_[-1] + 1; }

    // Calls `member(name)` for each member of the object that begins here; it must consume the value. The name is as in
    // the text, including its escapes.
    template <class Member>
    void each_member(Member member) {
        expect('{');
        if (take('}')) return;
        do {
            member(take_member_name());
        } while (take(','));
        expect('}');
    }
    // Calls `element()` for each element of the array that begins here; it must consume the value.
    template <class Element>
    void each_element(Element element) {
        expect('[');
        if (take(']')) return;
        do {
            element();
        } while (take(','));
        expect(']');
    }

    // The steps of each_member() and each_element(), for a caller that parses two texts side by side. A name is taken
    // with its colon.
    bool take(char token) {
        if (peek() != token) return false;
        ++next_;
        return true;
    }
    void expect(char token) {
        if (!take(token)) unexpected();
    }
    std::string_view take_member_name() {
        const std::string_view name = take_name();
        expect(':');
        return name;
    }

    // Consumes a string with its quotes, a number or a literal.
    std::string_view take_scalar();
    // Consumes any value. `depth`: the number of enclosing objects and arrays.
    void skip_value(std::size_t depth);

    // Consumes the value that begins here, without checks, if the next token after it begins before `end`, a position
    // in the text. Returns the number of its tokens, or 0 if nothing was consumed.
    std::size_t skip_value_before(const char* end);
    void skip_tokens(std::size_t count) { next_ += count; }

  private:
    [[noreturn]] void unexpected() const;
    std::string_view take_name();
    std::string_view take_string();
    void check_escapes(const char* begin, const char* end);

    struct Index;
    std::unique_ptr<Index> index_;
    const char* text_ = nullptr;
    const char* end_ = nullptr;
    // The position of the next token. The list ends with the size of the text, twice.
    const std::uint32_t* next_ = nullptr;
    const char* backslash_ = nullptr;  // the first one not checked yet; end_ if none
};

// The grammar of JSON's scalars (RFC 8259, sections 6 and 7), for tokens that simdjson has found but not read: its
// first stage checks UTF-8, quotes and control characters, but not escapes, numbers and literals. Pure.

// Whether every escape in a string (without its quotes) is one of RFC 8259. An unpaired surrogate is accepted: the
// grammar allows it, and rejecting it would stop a stream because of one odd comment.
bool is_json_string_content(std::string_view inside);
bool is_json_number(std::string_view token);
// true, false or null.
bool is_json_literal(std::string_view token);

// Whether a member's name in the text, which may contain escapes, equals `name`, which is plain ASCII.
bool matches_name(std::string_view inside, std::string_view name);

// Removes trailing JSON white space.
std::string_view trim_right(std::string_view text);

}  // namespace carecloud
