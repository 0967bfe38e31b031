// The time in a `Date` or `Retry-After` header (RFC 9110 5.6.7).
//
// Pure; safe on any thread.
#pragma once

#include "base/timestamp.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace carecloud {

// "Sun, 06 Nov 1994 08:49:37 GMT", and the two obsolete forms that a recipient must take as well: "Sunday,
// 06-Nov-94 08:49:37 GMT" (a year that would lie more than 50 years after `now` is one of the century before)
// and "Sun Nov  6 08:49:37 1994". Anything else is nullopt.
std::optional<Timestamp> parse_http_date(std::string_view text, Timestamp now);

// The first of these forms, for a `Date` header.
std::string format_http_date(Timestamp at);

}  // namespace carecloud
