#include "sync/progress.hpp"

#include "sync/order.hpp"

namespace carecloud {

std::optional<Cursor> last_settleable(const std::vector<Record>& records, Timestamp portal_time) {
    const Timestamp limit{portal_time.ticks + kFutureToleranceTicks};
    for (auto record = records.rbegin(); record != records.rend(); ++record) {
        if (record->modified <= limit)
            return Cursor{std::string(record->modified_text), record->modified, std::string(record->id)};
    }
    return std::nullopt;
}

namespace {

std::strong_ordering compare(const Dialect& dialect, const Cursor& a, const Cursor& b) {
    const auto by_modified =
        compare_modified(dialect, a.modified_text, a.modified, b.modified_text, b.modified);
    return by_modified != 0 ? by_modified : a.id <=> b.id;
}

// A safe point that moves with the portal's clock is written down this often and no more.
constexpr std::int64_t kSafePointStepTicks = 60 * Timestamp::ticks_per_second;

}  // namespace

StreamState advance(StreamState state, const Dialect& dialect, const Reached& reached,
                    Timestamp settled_before) {
    if (reached.key && (!state.cursor || compare(dialect, *reached.key, *state.cursor) > 0))
        state.cursor = reached.key;
    if (!state.cursor) return state;

    const std::optional<Cursor>& walked = reached.end ? state.cursor : reached.key;
    if (!walked) return state;
    const bool at_cursor = *walked == *state.cursor;
    SafePoint safe{walked->modified_text, walked->modified};
    if (settled_before < walked->modified) safe = SafePoint{settled_before.to_string(), settled_before};
    // Inside the cursor's own tie but short of the cursor: equal texts would claim that they have met.
    else if (!at_cursor && walked->modified_text == state.cursor->modified_text)
        return state;
    if (!state.safe || state.safe->modified <= safe.modified) state.safe = safe;
    return state;
}

bool is_worth_a_commit(const StreamState& before, const StreamState& after) {
    if (before.cursor != after.cursor || before.fingerprint != after.fingerprint ||
        before.dialect != after.dialect)
        return true;
    if (before.safe == after.safe || !after.safe) return false;
    const bool met = after.safe->modified_text == after.cursor->modified_text;
    return met || !before.safe ||
           after.safe->modified.ticks - before.safe->modified.ticks >= kSafePointStepTicks;
}

}  // namespace carecloud
