// Shared by the engine's parts: the seams, a stream's settings, and what is kept of a stream between passes.
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

// Everything that passes use, owned by the engine.
struct PassContext {
    Clock& clock;
    Portal& portal;
    Store& store;
    RateLimiter& limiter;
    Random& random;
    PortalTime& time;               // learns from each response of the fetchers
    Lanes& lanes;                   // of wide loads and jobs
    WholeDue* whole_due = nullptr;  // null: no reconciliations
    Observer* observer = nullptr;   // null: commits are not reported

    // Store::commit(), reported to the observer.
    Task<Result<CommitSummary>> commit(Batch batch) const;

    Timestamp portal_now() const { return time.at(PortalTime::local_time(clock)); }
    // The portal's time when the request for this page was sent.
    Timestamp asked_at(const Page& page) const { return portal_now() - (clock.now() - page.asked.sent); }
};

struct PassSettings {
    StreamSpec spec;
    Duration overlap =
        std::chrono::minutes(10);      // how long after its `modified` a row may still become visible
    std::size_t page_size = 1000;      // upper bound of Take
    std::optional<Dialect> dialect{};  // configured by hand: not proven
    RetryPauses pauses{};
};

// What a stream learns from its passes and keeps in memory. Losing it costs requests, never records.
struct StreamMemory {
    explicit StreamMemory(std::size_t page_size) : whole(page_size), keys(page_size) {}

    PageSize whole;
    PageSize keys;
    std::optional<std::size_t> tail;  // records held beyond the safe point
    bool walked = false;  // to the portal's end, in this process; whether ever: Store::first_passes()
    bool empty = false;   // the portal returned no record at all: there was nothing to walk
    // The dialect could not be proven by the first page: it may have a record that never passes.
    bool first_page_fails = false;
    bool is_ready_for_jobs() const { return walked || empty; }
    std::optional<Cursor> met_to{};           // the furthest key stored by walks with this configuration
    std::optional<MonoTime> configured_at{};  // when the first of these walks began

    // The last walk that also requested records in the future, and how many it met there. Such a walk is made once per
    // `overlap`; the others request no `modified` beyond the portal's time, so many records with a wrong year are not
    // returned with every poll.
    std::optional<MonoTime> wide_at{};
    std::size_t future = 0;

    // The newest `modified` met that was not in the future, and when it was met: if the portal's responses have no
    // `Date`, its time is at least this plus the time elapsed since.
    std::optional<Timestamp> newest{};
    MonoTime newest_at{};

    void note_newest(Timestamp modified, MonoTime now) {
        if (newest && modified <= *newest) return;
        newest = modified;
        newest_at = now;
    }

    // The portal's time as far as it is certain; without a `Date` in the responses, it depends on the records met
    // (progress.hpp).
    Timestamp certain(Timestamp trusted, const PortalTime& time, MonoTime now) const {
        if (time.is_dated() || !newest) return trusted;
        return certain_undated(trusted, *newest, now - newest_at);
    }

    // Determines when the dialect is proven again (hazard 33): after a number of consecutive passes without records,
    // and with a record that an event or a reconciliation found although a walk should have met it.
    std::size_t idle_passes = 0;
    std::size_t unchecked_passes = 0;  // all passes since it was last proven
    MonoTime unchecked_since{};
    std::optional<Key> missed{};
    bool bounds_tried = false;
    // A walk met records of another type than the dialect's. Since then walks do not request them, and a whole
    // reconciliation must find them.
    bool mixed = false;

    // The wide load in progress; empty if there is none.
    std::optional<LoadProgress> load{};
    std::function<void()> load_begins{};  // called when a wide load begins; may be empty
};

}  // namespace carecloud
