#include "portal/raw_json.hpp"

#include "base/readable_json.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace carecloud {
namespace {

bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

std::size_t skip_space(std::string_view text, std::size_t at) {
    while (at < text.size() && is_space(text[at]))
        ++at;
    return at;
}

// `at` is the position of the opening quote; returns the position after the closing one. Searches for quotes, because a
// signature has thousands of characters without any.
std::size_t skip_string(std::string_view text, std::size_t at) {
    for (std::size_t quote = text.find('"', at + 1); quote != std::string_view::npos;
         quote = text.find('"', quote + 1)) {
        std::size_t backslashes = 0;
        while (text[quote - 1 - backslashes] == '\\')
            ++backslashes;
        if (backslashes % 2 == 0) return quote + 1;
    }
    return text.size();
}

std::size_t skip_compound(std::string_view text, std::size_t at) {
    std::size_t depth = 0;
    while (at < text.size()) {
        const char c = text[at];
        if (c == '"') {
            at = skip_string(text, at);
            continue;
        }
        ++at;
        if (c == '{' || c == '[')
            ++depth;
        else if ((c == '}' || c == ']') && --depth == 0)
            return at;
    }
    return at;
}

std::size_t skip_value(std::string_view text, std::size_t at) {
    if (at >= text.size()) return at;
    if (text[at] == '"') return skip_string(text, at);
    if (text[at] == '{' || text[at] == '[') return skip_compound(text, at);
    while (at < text.size() && text[at] != ',' && text[at] != '}' && text[at] != ']' && !is_space(text[at]))
        ++at;
    return at;
}

}  // namespace

FieldScanner::FieldScanner(std::string_view object) : text_(object) {
    at_ = skip_space(text_, 0) + 1;
}

std::optional<FieldSpan> FieldScanner::next() {
    at_ = skip_space(text_, at_);
    if (at_ < text_.size() && text_[at_] == ',') at_ = skip_space(text_, at_ + 1);
    if (at_ >= text_.size() || text_[at_] != '"') return std::nullopt;
    const std::size_t name_at = at_ + 1;
    const std::size_t name_end = skip_string(text_, at_) - 1;
    std::size_t value_at = skip_space(text_, name_end + 1);
    value_at = std::min(skip_space(text_, value_at + 1), text_.size());
    at_ = skip_value(text_, value_at);
    return FieldSpan{text_.substr(name_at, name_end - name_at), text_.substr(value_at, at_ - value_at)};
}

std::optional<std::string_view> find_field(std::string_view object, std::string_view name) {
    FieldScanner scanner(object);
    while (const auto field = scanner.next()) {
        if (field->name == name) return field->value;
    }
    return std::nullopt;
}

std::string with_field(std::string_view object, std::string_view name, std::string_view token) {
    std::string result;
    result.reserve(object.size() + name.size() + token.size() + 4);
    if (const auto value = find_field(object, name)) {
        const auto at = static_cast<std::size_t>(value->data() - object.data());
        result.append(object.substr(0, at)).append(token).append(object.substr(at + value->size()));
        return result;
    }
    const std::size_t end = object.rfind('}');
    const bool empty = !FieldScanner(object).next();
    result.append(object.substr(0, end))
        .append(empty ? "\"" : ",\"")
        .append(name)
        .append("\":")
        .append(token);
    return result.append(object.substr(end));
}

std::vector<std::string_view> array_elements(std::string_view array) {
    std::vector<std::string_view> elements;
    std::size_t at = skip_space(array, skip_space(array, 0) + 1);
    while (at < array.size() && array[at] != ']') {
        const std::size_t end = skip_value(array, at);
        elements.push_back(array.substr(at, end - at));
        at = skip_space(array, end);
        if (at < array.size() && array[at] == ',') at = skip_space(array, at + 1);
    }
    return elements;
}

std::size_t nesting_of(std::string_view text) {
    std::size_t depth = 0;
    std::size_t deepest = 0;
    for (std::size_t at = 0; at < text.size();) {
        const char c = text[at];
        if (c == '"') {
            at = skip_string(text, at);
            continue;
        }
        ++at;
        if (c == '{' || c == '[')
            deepest = std::max(deepest, ++depth);
        else if ((c == '}' || c == ']') && depth > 0)
            --depth;
    }
    return deepest;
}

bool is_json(std::string_view text) {
    if (nlohmann::json::accept(text)) return true;
    const auto readable = readable_json(text);
    return readable && nlohmann::json::accept(*readable);
}

std::string json_quoted(std::string_view text) {
    return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace carecloud
