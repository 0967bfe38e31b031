#include "store/store.hpp"

#include "base/ensure.hpp"
#include "store/store_handle.hpp"

#include <algorithm>
#include <tuple>

namespace carecloud {
namespace {

// Stored cursors and safe points consist of texts, from which their timestamps are parsed again.
template <class Point>
bool is_read_back(const Point& point) {
    return Timestamp::parse(point.modified_text) == point.modified;
}

auto texts_of(const Key& key) {
    return std::tie(key.modified_text, key.id);
}

void ensure_state(const StreamState& state) {
    ensure(!state.safe || state.cursor, "a safe point has a cursor");
    if (!state.cursor) return;
    ensure(!state.cursor->id.empty(), "a cursor names a record");
    ensure(is_read_back(*state.cursor), "a cursor's text matches its timestamp");
    if (!state.safe) return;
    ensure(is_read_back(*state.safe), "a safe point's text matches its timestamp");
    // The portal's order of texts may differ from that of their instants; for texts in UTC only by fractions of a
    // second.
    const bool comparable =
        state.safe->modified_text.ends_with('Z') && state.cursor->modified_text.ends_with('Z');
    ensure(!comparable || state.safe->modified <= state.cursor->modified + std::chrono::seconds(1),
           "a safe point does not pass its cursor");
}

}  // namespace

void ensure_batch(const Batch& batch) {
    ensure(!batch.stream.empty(), "a commit has a stream");
    ensure(batch.gone.empty() || batch.denied.sent <= batch.denied.received,
           "a denial is received after its request");
    if (batch.state) ensure_state(*batch.state);
}

void ensure_live(const LiveRange& range, const std::vector<Key>& keys) {
    ensure(keys.size() <= range.limit, "a range of keys is not longer than requested");
    if (keys.empty()) return;
    ensure(!range.after || texts_of(keys.front()) > std::tie(range.after->modified_text, range.after->id),
           "a range of keys starts after the given key");
    const auto disorder = std::adjacent_find(
        keys.begin(), keys.end(), [](const Key& a, const Key& b) { return texts_of(a) >= texts_of(b); });
    ensure(disorder == keys.end(), "a range of keys is in order");
}

void ensure_rechecks(const Rechecks& rechecks, std::size_t limit) {
    ensure(rechecks.doubted.size() <= limit && rechecks.omitted.size() <= limit,
           "there are not more records to fetch again than requested");
}

void ensure_summary(const CommitSummary& summary, std::uint64_t before) {
    ensure(summary.last_seq == before + summary.changes(), "each change has one number of the change log");
}

PruneReport& PruneReport::operator+=(const PruneReport& other) {
    versions += other.versions;
    corrections += other.corrections;
    changes += other.changes;
    events += other.events;
    bodies += other.bodies;
    return *this;
}

}  // namespace carecloud
