// The members of one JSON object, parsed strictly and without recursion. Both an SNS message and the vendor's notice in
// it are such objects.
//
//     Result<TopLevel> members = read_top_level(body);
//     members->at("Type").text  →  "Notification"
//
// A duplicate key is rejected because parsers disagree on which occurrence counts: the text that was verified must be
// the text that is used. A NUL is rejected because some parsers end a string there. Pure; thread-safe.
#pragma once

#include "base/error.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace carecloud {

struct TopLevelValue {
    enum class Kind { string, null, other };

    Kind kind = Kind::other;
    std::string text{};  // of a string, without escapes
};

using TopLevel = std::map<std::string, TopLevelValue, std::less<>>;

// Deeper nesting is rejected; a message has two levels, its attributes three.
inline constexpr std::size_t kTopLevelDepthMax = 32;
inline constexpr std::size_t kTopLevelKeysMax = 64;

// Values below the top level are checked to be JSON, but not kept. Errors (invalid_argument): not one JSON object in
// UTF-8, a duplicate key or a NUL at the top level, too deep, too many keys. Error texts never repeat content.
Result<TopLevel> read_top_level(std::string_view text);

}  // namespace carecloud
