// The progress of a stream after a page: cursor and safe point (lib/sync/DESIGN.md, hazards 3 and 4). Pure.
#pragma once

#include "base/clock.hpp"
#include "model/record.hpp"
#include "model/stream.hpp"
#include "portal/query.hpp"
#include "sync/walk/portal_time.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace carecloud {

// The last record (in the portal's order) on which the cursor may rest. A `modified` more than kClockTolerance in the
// portal's future is not allowed: it would move the cursor past records that are yet to come.
std::optional<Cursor> last_settleable(const std::vector<Record>& records, Timestamp portal_time);

// A `modified` later than this is in the future by all clocks, and by more than the tolerance.
Timestamp future_begins(const PortalTime& time, PortalTime::LocalTime now);
// Whether a walk may be bounded by such a time. Texts that are not in UTC sort differently from their instants, so the
// cursor's text is checked, or that of the furthest record met if all records are in the future.
bool can_bound(const Dialect& dialect, const StreamState& state, const std::optional<Cursor>& met_to);
// The dialect for queries: the configured one, completed by what was proven about it (the server's page limit, and
// whether `modified` can be bounded), or the proven one, whose JSON is `stored`. std::nullopt: not known yet.
std::optional<Dialect> known_dialect(std::optional<Dialect> set, std::string_view stored);

// The record on which the cursor rests, if known. It has the types of the dialect in use, also after the spelling of
// the responses has changed, unless most of the newest records have others by then.
std::optional<Key> cursor_key(const StreamState& state);

// What a walk has committed so far.
struct Reached {
    std::optional<Cursor> key;  // the last settleable key of this page; empty if there is none
    bool end = false;           // the walk reached the portal's end: everything up to the cursor was walked
};

// The state after a page was committed. `settled_before`: the portal's time at the start of the pass minus the overlap;
// no more rows appear before it. Neither cursor nor safe point ever moves back, and the safe point never passes what
// this walk has read.
StreamState advance(StreamState state, const Dialect& dialect, const Reached& reached,
                    Timestamp settled_before);

// The portal's time as far as it is certain if its responses have no usable `Date`. `trusted` is this machine's clock
// then, which may be up to a week ahead unnoticed. `newest`, the newest `modified` met, plus the time elapsed `since`
// is certain.
Timestamp certain_undated(Timestamp trusted, Timestamp newest, Duration since);

// Checks the invariants of each step of an ordinary walk, and ends the process if one is violated (base/ensure.hpp):
// the cursor does not move back, nor beyond `limit` plus the tolerance; a safe point has a cursor and does not pass it.
void ensure_step(const StreamState& before, const StreamState& after, const Dialect& dialect,
                 Timestamp limit);

// The state with its cursor at `newest`, which is not in the future, and the safe point an overlap before it.
// std::nullopt: the stream is read from the start. For a cursor in the future (hazard 31).
StreamState put_back(StreamState state, std::optional<Cursor> newest, Duration overlap);

// Whether the step from `before` to `after` is worth a commit without records: the cursor or a setting changed, or the
// safe point moved so far that the next pass is cheaper. Without it, the stored safe point is too early, never wrong.
bool is_worth_a_commit(const StreamState& before, const StreamState& after);

}  // namespace carecloud
