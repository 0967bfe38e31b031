// The kinds of the vendor's fields, by name, as the views of migrations/003_attendance_views.sql interpret them, and
// when two values of a kind are equal. Pure; thread-safe.
#pragma once

#include "json/tree.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace carecloud {

enum class FieldKind : std::uint8_t { text, number, flag, image };

// An unknown name is a text.
FieldKind field_kind(std::string_view name);

// False if the value is absent, null, or an empty text, object or array.
bool has_content(const JsonNode* node);

// Whether two values, both of which have content, are equal.
bool same_of_kind(const JsonNode& a, const JsonNode& b, FieldKind kind);

// Whether it is a signature, by its name or because it is the data of an image.
bool is_image(const JsonNode* node, FieldKind kind);

// The value as text for people: a string in UTF-8 without NUL, anything else as in the JSON text; shortened to
// kDifferenceTextMax bytes. std::nullopt for null.
std::optional<std::string> shown_text(const JsonNode& node);

// Converts "20240305" and "20240305183000" to "2024-03-05"; returns any other text unchanged.
std::string day_text(std::string text);

}  // namespace carecloud
