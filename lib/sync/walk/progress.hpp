// How far a stream has come after a page: cursor and safe point (lib/sync/DESIGN.md, hazards 3 and 4). Pure.
#pragma once

#include "base/clock.hpp"
#include "model/page.hpp"
#include "model/stream.hpp"
#include "portal/query.hpp"
#include "sync/walk/portal_time.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace carecloud {

// The last of the records (in the portal's order) that the cursor may rest on: none with a `modified` in the
// portal's future, by more than kClockTolerance, which would drag the cursor past records still to come.
std::optional<Cursor> last_settleable(const std::vector<Record>& records, Timestamp portal_time);

// What is `modified` later is in the future by every clock, and by more than the tolerance.
Timestamp future_begins(const PortalTime& time, PortalTime::LocalTime now);
// Whether a walk may be bound by such a time. Texts that are not in UTC stand in another order than their instants: the
// cursor's is looked at, or that of the furthest record met, if all of them are in the future.
bool can_bound(const Dialect& dialect, const StreamState& state, const std::optional<Cursor>& met_to);
// The dialect to query in: the one that is set by hand, with what has been proven of it (the server's cap, and whether
// `modified` can be bounded), or the proven one, which `stored` is the text of; none: it is not known yet.
std::optional<Dialect> known_dialect(std::optional<Dialect> set, std::string_view stored);

// The record that the cursor rests on, as far as it is known: it has the types of the dialect in use. In another
// spelling they are what they were, unless most of the newest records have others.
std::optional<Key> cursor_key(const StreamState& state);

// What a walk has committed so far.
struct Reached {
    std::optional<Cursor> key;  // the last settleable one of this page; none: the page had none
    bool end = false;  // the walk has come to the portal's end: everything up to the cursor was walked
};

// The state after a page was committed. `settled_before` is the portal's time when the pass began, less the
// overlap: rows before it will no longer appear. Neither the cursor nor the safe point ever moves back, and
// the safe point never passes what this very walk has read.
StreamState advance(StreamState state, const Dialect& dialect, const Reached& reached,
                    Timestamp settled_before);

// The portal's time as far as it is certain where its answers have no usable `Date`: this machine's clock, which says
// `trusted`, may be ahead by up to a week without anybody noticing. Certain is the newest `modified` that was met, and
// the time that has gone by `since`.
Timestamp certain_undated(Timestamp trusted, Timestamp newest, Duration since);

// The rules that every step of an ordinary walk keeps, or the process ends (base/ensure.hpp): the cursor does not move
// back, nor beyond `limit` and the tolerance; the safe point has a cursor, and does not lie behind it.
void ensure_step(const StreamState& before, const StreamState& after, const Dialect& dialect,
                 Timestamp limit);

// The state with its cursor on `newest`, which is not in the future, and the safe point an overlap before it; none: the
// stream is read from the start. For a cursor that lies in the future itself (hazard 31).
StreamState put_back(StreamState state, std::optional<Cursor> newest, Duration overlap);

// Whether the step from `before` to `after` is worth a commit of its own, with no record to store: the cursor
// moved, or the safe point by so much that the next pass is cheaper for it. It is only ever too early, never
// wrong.
bool is_worth_a_commit(const StreamState& before, const StreamState& after);

}  // namespace carecloud
