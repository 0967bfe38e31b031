// Writing JSON as text: small documents from nlohmann's values, and pages of rows directly into one string.
//
// Pure; thread-safe.
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace carecloud {

// Bytes that are not valid UTF-8 become U+FFFD.
std::string json_text(const nlohmann::ordered_json& json);

// Appends the text as a JSON string. Bytes that are not valid UTF-8 become U+FFFD.
void append_quoted(std::string& out, std::string_view text);

}  // namespace carecloud
