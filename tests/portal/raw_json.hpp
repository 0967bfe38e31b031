// Finds and replaces members of a JSON object in its text, so documents keep their original bytes.
//
//     std::optional<std::string_view> token = find_field(raw, "modified");   // "\"2023-…Z\"", with its quotes
//     std::string later = with_field(raw, "modified", "\"2024-…Z\"");
//
// The text must be a valid JSON object (checked once, on insertion). Pure; thread-safe.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

// A member of the outermost object. Both are views into the text; the name is without quotes and still escaped.
struct FieldSpan {
    std::string_view name;
    std::string_view value;
};

// Iterates over the members of the outermost object.
class FieldScanner {
  public:
    explicit FieldScanner(std::string_view object);
    // The next member, or std::nullopt at the end.
    std::optional<FieldSpan> next();

  private:
    std::string_view text_;
    std::size_t at_ = 0;
};

// The value of the first member with that name.
std::optional<std::string_view> find_field(std::string_view object, std::string_view name);

// Returns the object with that member's value replaced by `token` (JSON text), or with the member appended.
std::string with_field(std::string_view object, std::string_view name, std::string_view token);

// The elements of a valid JSON array, each as its own text.
std::vector<std::string_view> array_elements(std::string_view array);

// The nesting depth of arrays and objects; accepts any text.
std::size_t nesting_of(std::string_view text);

// Whether the text is valid JSON; lone surrogates in strings ("\ud800"), which nlohmann refuses, are allowed.
bool is_json(std::string_view text);

// The text as a JSON string with quotes. Invalid UTF-8 becomes U+FFFD.
std::string json_quoted(std::string_view text);

}  // namespace carecloud
