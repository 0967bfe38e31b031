// What the vendor's fields are, by their names, as the views of migrations/003_attendance_views.sql read them; and when
// two values of a kind are the same. Pure; safe on any thread.
#pragma once

#include "json/tree.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace carecloud {

enum class FieldKind : std::uint8_t { text, number, flag, image };

// Names that nobody knows are texts.
FieldKind field_kind(std::string_view name);

// Not null, no empty text, no empty object or array; and not absent.
bool says_something(const JsonNode* node);

// Whether both, which say something, say the same.
bool same_of_kind(const JsonNode& a, const JsonNode& b, FieldKind kind);

// A signature, by its name or because it is an image's data.
bool is_image(const JsonNode* node, FieldKind kind);

// As people read it: a string's text in UTF-8 without NUL, all else as it stands; shortened to kDifferenceTextMax
// bytes. None for null.
std::optional<std::string> shown_text(const JsonNode& node);

// "20240305" and "20240305183000" as "2024-03-05"; any other text as it is.
std::string day_text(std::string text);

}  // namespace carecloud
