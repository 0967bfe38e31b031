// JSON as text: small documents by way of nlohmann's, pages of rows straight into one string.
//
// Pure; safe on any thread.
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace carecloud {

// Bytes that are no UTF-8 become U+FFFD.
std::string json_text(const nlohmann::ordered_json& json);

// Appends the text in quotes. What is no UTF-8 becomes U+FFFD.
void append_quoted(std::string& out, std::string_view text);

}  // namespace carecloud
