// The portal's order of (modified, _id), as the server itself compares: a server that holds strings orders
// texts, one that holds Dates orders instants. What a page claims is held against it. Pure.
#pragma once

#include "base/error.hpp"
#include "model/page.hpp"
#include "model/stream.hpp"
#include "portal/dialect.hpp"

#include <compare>
#include <optional>
#include <string_view>

namespace carecloud {

std::strong_ordering compare_modified(const Dialect& dialect, std::string_view text_a, Timestamp a,
                                      std::string_view text_b, Timestamp b);
std::strong_ordering compare_keys(const Dialect& dialect, const Record& a, const Record& b);
std::strong_ordering compare_keys(const Dialect& dialect, const Record& a, const Cursor& b);
std::strong_ordering compare_keys(const Dialect& dialect, const Cursor& a, const Cursor& b);

// As fine as a Date of MongoDB, rounded down. A server that holds Dates cuts the literal of a query to that.
Timestamp to_millisecond(Timestamp at);
// Whether the record has no place behind `modified >= bound`, as the server compares: in its order, a Date's to the
// millisecond. Otherwise a record in the millisecond of a finer bound would seem to be out of place.
bool is_before_bound(const Dialect& dialect, const Record& record, const Cursor& bound);

// bad_response where the records are out of order: a cursor set from such a page would pass over others in
// silence. The same key twice in a row is let through (a record may be listed twice; the store takes it
// once).
Result<> check_order(const Dialect& dialect, const Page& page);

}  // namespace carecloud
