// What the engine's parts share: the seams, a stream's settings, and what is remembered of it between passes.
#pragma once

#include "base/clock.hpp"
#include "portal/portal.hpp"
#include "store/store.hpp"
#include "sync/limits/lanes.hpp"
#include "sync/limits/rate_limiter.hpp"
#include "sync/limits/retry.hpp"
#include "sync/walk/observer.hpp"
#include "sync/walk/portal_time.hpp"
#include "sync/walk/progress.hpp"

#include <functional>
#include <optional>

namespace carecloud {

class WholeDue;

// All that passes use, owned by the engine.
struct PassContext {
    Clock& clock;
    Portal& portal;
    Store& store;
    RateLimiter& limiter;
    Random& random;
    PortalTime& time;               // learns from every answer of the fetchers
    Lanes& lanes;                   // of wide loads and jobs
    WholeDue* whole_due = nullptr;  // null: nobody reconciles
    Observer* observer = nullptr;   // of commits; null: nobody watches

    // Store::commit(), reported to the observer.
    Task<Result<CommitSummary>> commit(Batch batch) const;

    Timestamp portal_now() const { return time.at(PortalTime::local_time(clock)); }
    // The portal's time when the question was sent that this page answers.
    Timestamp asked_at(const Page& page) const { return portal_now() - (clock.now() - page.asked.sent); }
};

struct PassSettings {
    StreamSpec spec;
    Duration overlap =
        std::chrono::minutes(10);      // how long after its `modified` a row may still become visible
    std::size_t page_size = 1000;      // upper bound of Take
    std::optional<Dialect> dialect{};  // set by hand: not proven
    RetryPauses pauses{};
};

// What a stream learns and keeps in memory from one pass to the next; losing it costs requests, never
// records.
struct StreamMemory {
    explicit StreamMemory(std::size_t page_size) : whole(page_size), keys(page_size) {}

    PageSize whole;
    PageSize keys;
    std::optional<std::size_t> tail;  // records held beyond the safe point
    bool walked = false;              // to the portal's end, at least once
    bool empty = false;               // the portal showed no record at all: there was nothing to walk
    bool is_ready_for_jobs() const { return walked || empty; }
    std::optional<Cursor> met_to{};  // the furthest key that walks with this configuration have stored
    std::optional<MonoTime> configured_at{};  // when the first of these walks began

    // The last walk that asked for records in the future, too, and how many it met there. Such a walk is made every
    // `overlap`; the others ask for no `modified` beyond the portal's time, so that many records with a wrong year do
    // not come with every poll.
    std::optional<MonoTime> wide_at{};
    std::size_t future = 0;

    // The newest `modified` that was met and was not in the future, and since when that is known: where the portal's
    // answers have no `Date`, it is at least as late there as this and the time since.
    std::optional<Timestamp> newest{};
    MonoTime newest_at{};

    void note_newest(Timestamp modified, MonoTime now) {
        if (newest && modified <= *newest) return;
        newest = modified;
        newest_at = now;
    }

    // The portal's time as far as it is certain; where its answers have no `Date`, by what was met (progress.hpp).
    Timestamp certain(Timestamp trusted, const PortalTime& time, MonoTime now) const {
        if (time.is_dated() || !newest) return trusted;
        return certain_undated(trusted, *newest, now - newest_at);
    }

    // When the dialect is to be proven again (hazard 33): after so many passes in a row that brought nothing, and with
    // the record that an event or a reconciliation found and a walk should have met.
    std::size_t idle_passes = 0;
    std::size_t unchecked_passes = 0;  // all passes since it was last proven
    MonoTime unchecked_since{};
    std::optional<Key> missed{};
    bool bounds_tried = false;
    // A walk met records of another type than the dialect's: since then they are not asked for by walks, and a whole
    // reconciliation is to find them.
    bool mixed = false;

    // Of the wide load under way; none: none is.
    std::optional<LoadProgress> load{};
    std::function<void()> load_begins{};  // called when there is one; may be empty
};

}  // namespace carecloud
