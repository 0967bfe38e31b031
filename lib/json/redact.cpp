#include "json/redact.hpp"

#include "base/ascii.hpp"
#include "json/known_words.hpp"

#include <algorithm>
#include <iterator>

namespace carecloud {

namespace {

constexpr std::size_t kRunMax = 12;  // a longer masked run tells nothing more

bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}
bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}
bool is_word(char c) {
    return is_upper(c) || is_lower(c) || is_digit(c) || c == '_';
}
bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

char masked(char c) {
    if (is_digit(c)) return '9';
    return c == '_' ? '_' : 'x';
}

void append_masked(std::string& out, std::string_view run) {
    if (run.size() > kRunMax) {
        out += "x[" + std::to_string(run.size()) + "]";
        return;
    }
    std::transform(run.begin(), run.end(), std::back_inserter(out), masked);
}

// "InvalidApiKey" is three words: the error codes of the portal are written like that.
std::size_t hump_length(std::string_view word) {
    std::size_t end = 1;
    while (end < word.size() && is_lower(word[end]))
        ++end;
    return end;
}

bool every_hump_is_known(std::string_view word) {
    if (!is_upper(word.front())) return false;
    while (!word.empty()) {
        const std::size_t length = hump_length(word);
        if (!is_known_word(word.substr(0, length))) return false;
        word.remove_prefix(length);
    }
    return true;
}

void append_word(std::string& out, std::string_view word) {
    if (is_known_word(word) || every_hump_is_known(word)) {
        out += word;
    } else {
        append_masked(out, word);
    }
}

std::size_t run_length(std::string_view text, bool (*belongs)(char)) {
    const auto end = std::find_if_not(text.begin(), text.end(), belongs);
    return static_cast<std::size_t>(end - text.begin());
}

void cut(std::string& text, std::size_t bytes_max) {
    constexpr std::string_view mark = "...";
    text.resize(bytes_max > mark.size() ? bytes_max - mark.size() : 0);
    text += mark.substr(0, bytes_max);
}

}  // namespace

std::string redact(std::string_view text, std::size_t bytes_max) {
    std::string out;
    while (!text.empty() && out.size() <= bytes_max) {
        std::size_t length = 1;
        if (is_word(text.front())) {
            length = run_length(text, is_word);
            append_word(out, text.substr(0, length));
        } else if (is_blank(text.front())) {
            length = run_length(text, is_blank);
            out += ' ';
        } else {
            const auto byte = static_cast<unsigned char>(text.front());
            out += byte > 0x20 && byte < 0x7f ? text.front() : '.';
        }
        text.remove_prefix(length);
    }
    if (out.size() > bytes_max || !text.empty()) cut(out, bytes_max);
    return out;
}

}  // namespace carecloud
