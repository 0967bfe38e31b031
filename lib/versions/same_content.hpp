// Whether two versions of a record differ in their bytes alone: in the order of members, white space, and the spelling
// of numbers, times and strings. A portal that writes all of its records in another way has corrected none.
//
// Pure; safe on any thread.
#pragma once

#include "json/tree.hpp"

#include <cstddef>
#include <string_view>

namespace carecloud {

// Two numbers of JSON's grammar, exactly, as decimals: no floating point is asked. 3.28 is 328e-2.
bool same_decimal(std::string_view a, std::string_view b);
// Two scalars: of the same kind, and the same number, text or instant (as the portal writes instants).
bool same_scalar(const JsonNode& a, const JsonNode& b);
// Two names of members, as they stand in the text.
bool same_name(std::string_view a, std::string_view b);

// The member `modified` of the record itself is passed over. A text in which some object names a member twice says
// nothing for certain, and is the same as no other.
bool same_content(const JsonTree& former, const JsonTree& now);

// The same for a value of each.
bool same_value(const JsonTree& former, std::size_t node, const JsonTree& now, std::size_t other);

}  // namespace carecloud
