#include "sync/walk/progress.hpp"

#include "base/ensure.hpp"
#include "sync/walk/walk.hpp"

#include <algorithm>
#include <utility>

namespace carecloud {

std::optional<Cursor> last_settleable(const std::vector<Record>& records, Timestamp portal_time) {
    const Timestamp limit = portal_time + kClockTolerance;
    for (auto record = records.rbegin(); record != records.rend(); ++record) {
        if (record->modified <= limit)
            return Cursor{std::string(record->modified_text), record->modified, std::string(record->id)};
    }
    return std::nullopt;
}

namespace {

// A safe point that moves with the portal's clock is stored at most this often.
constexpr Duration kSafePointStep = std::chrono::seconds(60);

}  // namespace

std::optional<Key> cursor_key(const StreamState& state) {
    if (!state.cursor || state.cursor->id.empty()) return std::nullopt;
    return Key{state.cursor->id, state.cursor->modified_text, state.cursor->modified};
}

StreamState advance(StreamState state, const Dialect& dialect, const Reached& reached,
                    Timestamp settled_before) {
    if (reached.key && (!state.cursor || compare_keys(dialect, *reached.key, *state.cursor) > 0))
        state.cursor = reached.key;
    if (!state.cursor) return state;

    const std::optional<Cursor>& walked = reached.end ? state.cursor : reached.key;
    if (!walked) return state;
    const bool at_cursor = *walked == *state.cursor;
    SafePoint safe{walked->modified_text, walked->modified};
    const Timestamp settled = to_millisecond(settled_before);
    if (settled < walked->modified) safe = SafePoint{settled.to_string(), settled};
    // Inside the cursor's tie but before the cursor: equal texts would mean that the two are equal.
    else if (!at_cursor && walked->modified_text == state.cursor->modified_text)
        return state;
    if (!state.safe || state.safe->modified <= safe.modified) state.safe = safe;
    return state;
}

Timestamp certain_undated(Timestamp trusted, Timestamp newest, Duration since) {
    constexpr Duration ahead_unnoticed = 7 * kDay;
    return std::min(trusted, std::max(newest + since, trusted - ahead_unnoticed));
}

Timestamp future_begins(const PortalTime& time, PortalTime::LocalTime now) {
    return to_millisecond(time.latest(now) + kClockTolerance);
}

bool can_bound(const Dialect& dialect, const StreamState& state, const std::optional<Cursor>& met_to) {
    const std::optional<Cursor>& known = state.cursor ? state.cursor : met_to;
    if (!known || !dialect.lte) return false;
    return dialect.modified == ModifiedLiteral::date || known->modified_text.ends_with('Z');
}

std::optional<Dialect> known_dialect(std::optional<Dialect> set, std::string_view stored) {
    const auto proven = Dialect::from_json(stored);
    if (!set || !proven) return set ? set : proven;
    set->cap = proven->cap;
    if (!proven->has_literals_of(*set)) return set;
    set->lte = proven->lte;
    set->lt = proven->lt;
    return set;
}

void ensure_step(const StreamState& before, const StreamState& after, const Dialect& dialect,
                 Timestamp limit) {
    ensure(!after.safe || after.cursor, "a safe point has a cursor");
    if (!after.cursor) return;
    if (after.cursor != before.cursor) {
        ensure(!before.cursor || compare_keys(dialect, *after.cursor, *before.cursor) > 0,
               "a cursor does not move back");
        ensure(after.cursor->modified <= limit + kClockTolerance, "a cursor does not pass the portal's time");
    }
    // A portal's texts may sort differently from their instants; those in UTC by fractions of a second only.
    const bool comparable = after.safe && after.safe != before.safe &&
                            after.safe->modified_text.ends_with('Z') &&
                            after.cursor->modified_text.ends_with('Z');
    ensure(!comparable || after.safe->modified <= after.cursor->modified + std::chrono::seconds(1),
           "a safe point does not pass its cursor");
}

StreamState put_back(StreamState state, std::optional<Cursor> newest, Duration overlap) {
    state.cursor = std::move(newest);
    state.safe.reset();
    state.ranges.clear();
    if (!state.cursor) return state;
    const Timestamp safe = state.cursor->modified - overlap;
    state.safe = SafePoint{safe.to_string(), safe};
    return state;
}

bool is_worth_a_commit(const StreamState& before, const StreamState& after) {
    if (before.cursor != after.cursor || before.fingerprint != after.fingerprint ||
        before.dialect != after.dialect || before.ranges != after.ranges)
        return true;
    if (before.safe == after.safe || !after.safe) return false;
    const bool met = after.safe->modified_text == after.cursor->modified_text;
    return met || !before.safe || after.safe->modified - before.safe->modified >= kSafePointStep;
}

}  // namespace carecloud
