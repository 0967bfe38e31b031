// Whether two versions of a record differ only in their bytes: in the order of members, white space, and the spelling
// of numbers, times and strings. A portal that changes the spelling of all its records has corrected none.
//
// Pure; thread-safe.
#pragma once

#include "json/tree.hpp"

#include <cstddef>
#include <string_view>

namespace carecloud {

// Compares two JSON numbers exactly, as decimals, without floating point. 3.28 is 328e-2.
bool same_decimal(std::string_view a, std::string_view b);
// True if two scalars have the same kind, and are the same number, text or timestamp (in the portal's format).
bool same_scalar(const JsonNode& a, const JsonNode& b);
// Compares two member names, as in the JSON text.
bool same_name(std::string_view a, std::string_view b);

// The record's own `modified` is ignored. A text in which any object has a duplicate member is ambiguous, and is not
// equal to any other.
bool same_content(const JsonTree& former, const JsonTree& now);

// The same for one value in each text, without these two exceptions.
bool same_value(const JsonTree& former, std::size_t node, const JsonTree& now, std::size_t other);

}  // namespace carecloud
