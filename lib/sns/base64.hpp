// Base64 (RFC 4648 4) read strictly: only the alphabet, right padding, unused bits zero, no white space, so that one
// value has one spelling.
//
// Pure; safe on any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace carecloud {

std::optional<std::string> decode_base64(std::string_view text);

}  // namespace carecloud
