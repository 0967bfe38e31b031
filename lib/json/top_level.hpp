// The members of one JSON object, read strictly and without recursion: what an SNS message and the vendor's notice in
// it both are.
//
//     Result<TopLevel> members = read_top_level(body);
//     members->at("Type").text  →  "Notification"
//
// A key that stands twice is refused, for no two readers agree on which of them counts: what was verified must be what
// is read. So is a NUL, which ends a string for some readers. Pure; safe on any thread.
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
    std::string text{};  // of a string, unescaped
};

using TopLevel = std::map<std::string, TopLevelValue, std::less<>>;

// Nesting deeper than this is refused; a message has two levels, its attributes three.
inline constexpr std::size_t kTopLevelDepthMax = 32;
inline constexpr std::size_t kTopLevelKeysMax = 64;

// Values below the top level are checked to be JSON, and not kept. Errors (invalid_argument): not one JSON object in
// UTF-8, a key twice or a NUL at the top level, too deep, too many keys. Messages never repeat content.
Result<TopLevel> read_top_level(std::string_view text);

}  // namespace carecloud
