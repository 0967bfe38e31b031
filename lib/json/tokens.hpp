// The tokens of a JSON text, one after the other where they lie: no DOM, no copy. simdjson's first stage finds them
// (and checks UTF-8, quotes and control characters); what RFC 8259 asks for besides is checked here, each token once.
//
//     Tokens tokens;
//     tokens.begin(text, size);
//     tokens.each_member([&](std::string_view name) { tokens.skip_value(1); });
//     tokens.end();
//
// simdjson's own On-Demand front end walks the same index, but a member at a time costs it two to three times as much,
// and a page of attendance records has three hundred thousand. Everything throws BadJson where the text is not valid;
// there is no going on afterwards but begin(). One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace carecloud {

// What is wrong with a text, without a word of its content. Caught where the reading began.
struct BadJson {
    std::string what;
};

[[noreturn]] void bad_json(std::string what);

// Nesting deeper than this is refused (attendance is 6 deep).
inline constexpr std::size_t kNestingMax = 128;

class Tokens {
  public:
    Tokens();
    ~Tokens();
    Tokens(const Tokens&) = delete;
    Tokens& operator=(const Tokens&) = delete;

    // `text` must have a byte to write behind its `size`, and live as long as it is read.
    void begin(char* text, std::size_t size);
    // Nothing but white space is left.
    void end() const;

    // The first character of the next token; '\0' at the text's end.
    char peek() const { return text_[*next_]; }
    const char* position() const { return text_ + *next_; }
    // The character behind the last token taken, where that was a bracket.
    const char* after_bracket() const { return text_ + next_[-1] + 1; }

    // Calls `member(name)` for each member of the object that begins here; it must take the value. The name is as it
    // stands in the text, its escapes included.
    template <class Member>
    void each_member(Member member) {
        expect('{');
        if (take('}')) return;
        do {
            const std::string_view name = take_name();
            expect(':');
            member(name);
        } while (take(','));
        expect('}');
    }
    // Calls `element()` for each element of the array that begins here; it must take the value.
    template <class Element>
    void each_element(Element element) {
        expect('[');
        if (take(']')) return;
        do {
            element();
        } while (take(','));
        expect(']');
    }

    // Takes a string with its quotes, a number or a literal.
    std::string_view take_scalar();
    // Takes any value. `depth`: how many objects and arrays it lies in.
    void skip_value(std::size_t depth);

  private:
    bool take(char token) {
        if (peek() != token) return false;
        ++next_;
        return true;
    }
    void expect(char token) {
        if (!take(token)) unexpected();
    }
    [[noreturn]] void unexpected() const;
    std::string_view take_name();
    std::string_view take_string();
    void check_escapes(const char* begin, const char* end);

    struct Index;
    std::unique_ptr<Index> index_;
    const char* text_ = nullptr;
    const char* end_ = nullptr;
    const std::uint32_t* next_ = nullptr;  // where the next token begins; ends with the text's size, twice
    const char* backslash_ = nullptr;      // the first that is not checked yet; end_: there is none
};

// The grammar of JSON's scalars (RFC 8259, sections 6 and 7), for tokens that simdjson has found but not read: its
// first stage checks UTF-8, quotes and control characters, and leaves escapes, numbers and literals to the reader of
// the value. Pure.

// The inside of a string, without its quotes: every escape is one of RFC 8259's. A lone surrogate is let
// through: the grammar allows it, and refusing would stop a stream over one odd comment.
bool is_json_string_content(std::string_view inside);
bool is_json_number(std::string_view token);
// true, false or null.
bool is_json_literal(std::string_view token);

// Whether a member's name as it stands in the text, perhaps with escapes, says `name`, which is plain ASCII.
bool says_name(std::string_view inside, std::string_view name);

// Drops the white space of JSON from the end.
std::string_view trim_right(std::string_view text);

}  // namespace carecloud
