#include "json/repair.hpp"

#include "base/ascii.hpp"
#include "json/tokens.hpp"

#include <algorithm>

namespace carecloud {
namespace {

constexpr std::string_view kControl = "a raw control character";
constexpr std::string_view kNotUtf8 = "invalid UTF-8";
constexpr std::string_view kBadNumber = "an invalid number";
constexpr std::string_view kTooDeep = "nested too deep";

bool is_white(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20;
}

// Characters that end a number or literal.
bool ends_bare(char c) {
    return is_control(c) || std::string_view(" ,:{}[]\"").find(c) != std::string_view::npos;
}

bool is_not_a_number(std::string_view token) {
    if (token.front() == '-' || token.front() == '+') token.remove_prefix(1);
    return token == "NaN" || token == "nan" || token == "Infinity" || token == "inf" || token == "Inf";
}

// Invalid in JSON, but intended as a number.
bool is_bad_number(std::string_view token) {
    if (is_json_number(token) || is_json_literal(token)) return false;
    if (is_not_a_number(token)) return true;
    const auto is_of_number = [](char c) {
        return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == 'x' || c == 'X' ||
               c == '_' || c == '+' || c == '-' || c == '.';
    };
    const bool begins =
        is_digit(token.front()) || std::string_view("+-.").find(token.front()) != std::string_view::npos;
    return begins && std::all_of(token.begin(), token.end(), is_of_number);
}

// The length of the character that begins here (RFC 3629, section 4); 0 if it is invalid.
std::size_t utf8_size(std::string_view text) {
    const auto byte = [&](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
    };
    const auto follows = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
    const unsigned first = byte(0);
    const unsigned second = byte(1);
    if (first < 0x80) return 1;
    if (first >= 0xC2 && first <= 0xDF) return follows(1) ? 2 : 0;
    if (first >= 0xE0 && first <= 0xEF) {
        const bool overlong = first == 0xE0 && second < 0xA0;
        const bool surrogate = first == 0xED && second > 0x9F;
        return follows(1) && follows(2) && !overlong && !surrogate ? 3 : 0;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        const bool overlong = first == 0xF0 && second < 0x90;
        const bool beyond = first == 0xF4 && second > 0x8F;
        return follows(1) && follows(2) && follows(3) && !overlong && !beyond ? 4 : 0;
    }
    return 0;
}

// Makes one pass over the text, which relies only on quotes and brackets. What it takes for a record is one only if the
// repaired text turns out to be valid.
class Repairer {
  public:
    explicit Repairer(std::string& text) : text_(text) {}

    RepairReport repair() {
        while (at_ < text_.size() && report_.repaired.size() <= kRepairedMax)
            step();
        return std::move(report_);
    }

  private:
    // The depth of a record's members for Tokens::skip_value: in the response, its data, and the record.
    static constexpr std::size_t kMemberDepth = 2;

    void step();
    void take_string();
    void take_bare();
    void open(char bracket);
    void close();
    void note(std::string_view fault);
    void blank(std::size_t begin, std::size_t end);
    bool in_record() const { return record_depth_ > 0; }
    // The depth of a value that begins here, by skip_value's count; only within a record.
    std::size_t value_depth() const { return depth_ - record_depth_ + kMemberDepth; }

    std::string& text_;
    std::size_t at_ = 0;
    std::size_t depth_ = 0;  // open brackets
    std::string_view name_;  // the last string among the response's own members
    bool in_data_ = false;   // in the value of the response's own member "data"
    bool is_list_ = false;
    std::size_t record_depth_ = 0;  // open brackets including the record's own; 0: outside of a record
    std::size_t record_begin_ = 0;
    bool faulty_ = false;            // the record is already in the report
    std::size_t deepest_begin_ = 0;  // of the bracket at the maximum depth: its content is blanked
    RepairReport report_;
};

void Repairer::note(std::string_view fault) {
    if (!faulty_) report_.repaired.push_back({record_begin_, fault});
    faulty_ = true;
}

// Replaces the range by a zero: any value is sufficient, because the record is not stored as a valid one.
void Repairer::blank(std::size_t begin, std::size_t end) {
    std::fill(text_.begin() + static_cast<std::ptrdiff_t>(begin),
              text_.begin() + static_cast<std::ptrdiff_t>(end), ' ');
    text_[begin] = '0';
}

void Repairer::take_string() {
    const std::size_t begin = ++at_;
    while (at_ < text_.size() && text_[at_] != '"') {
        const char c = text_[at_];
        std::size_t size = 1;
        if (c == '\\') {
            size = at_ + 1 < text_.size() && !is_control(text_[at_ + 1]) ? 2 : 1;
        } else if (in_record() && is_control(c)) {
            text_[at_] = '?';
            note(kControl);
        } else if (in_record() && static_cast<unsigned char>(c) >= 0x80) {
            size = utf8_size(std::string_view(text_).substr(at_));
            if (size == 0) {
                text_[at_] = '?';
                note(kNotUtf8);
                size = 1;
            }
        }
        at_ += size;
    }
    if (depth_ == 1) name_ = std::string_view(text_).substr(begin, at_ - begin);
    ++at_;
}

void Repairer::take_bare() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && !ends_bare(text_[at_]))
        ++at_;
    const std::string_view token = std::string_view(text_).substr(begin, at_ - begin);
    if (!in_record() || !is_bad_number(token)) return;
    blank(begin, at_);
    note(kBadNumber);
}

void Repairer::open(char bracket) {
    if (in_record() && value_depth() == kNestingMax) deepest_begin_ = at_;
    if (in_data_ && depth_ == 1) is_list_ = bracket == '[';
    const bool is_record = in_data_ && !in_record() && bracket == '{' && depth_ == (is_list_ ? 2U : 1U);
    ++depth_;
    if (is_record) {
        record_depth_ = depth_;
        record_begin_ = at_;
        faulty_ = false;
    }
    ++at_;
}

void Repairer::close() {
    if (depth_ > 0) --depth_;
    ++at_;
    if (!in_record()) return;
    if (depth_ >= record_depth_ && value_depth() == kNestingMax) {
        const auto inside = std::string_view(text_).substr(deepest_begin_ + 1, at_ - deepest_begin_ - 2);
        if (std::all_of(inside.begin(), inside.end(), is_white)) return;
        blank(deepest_begin_, at_);
        note(kTooDeep);
    }
    if (depth_ >= record_depth_) return;
    record_depth_ = 0;
    ++report_.records;
}

void Repairer::step() {
    const char c = text_[at_];
    switch (c) {
        case '"':
            return take_string();
        case '{':
        case '[':
            return open(c);
        case '}':
        case ']':
            return close();
        case ':':
            if (depth_ == 1) in_data_ = name_ == "data" || name_ == "Data";
            break;
        case ',':
            if (depth_ == 1) in_data_ = false;
            break;
        default:
            if (is_white(c)) break;
            if (!is_control(c)) return take_bare();
            if (!in_record()) break;
            text_[at_] = ' ';
            note(kControl);
    }
    ++at_;
}

}  // namespace

RepairReport repair_records(std::string& text) {
    return Repairer(text).repair();
}

}  // namespace carecloud
