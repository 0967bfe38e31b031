// One walk of a stream from its cursor to the portal's end: pages in from the Portal, batches out to the
// Store, and the cursor moves only with what was committed. The decisions are Walk's and advance's; this is
// their shell. At most two pages of the stream are in memory: the one being stored and the one being fetched.
#pragma once

#include "core/clock.hpp"
#include "portal/portal.hpp"
#include "store/store.hpp"
#include "sync/fetcher.hpp"
#include "sync/observer.hpp"
#include "sync/request_gate.hpp"

#include <optional>

namespace carecloud {

class WholeDue;

// All that passes use, owned by the engine.
struct PassContext {
    Clock& clock;
    Portal& portal;
    Store& store;
    RequestGate& gate;
    Random& random;
    WholeDue* whole_due = nullptr;  // null: nobody reconciles
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
    std::optional<Cursor> met_to{};   // the furthest key that walks with this configuration have stored
};

// Runs one pass to its end or its first lasting error, which the report carries; a cancelled pass reports
// ErrorCode::cancelled. What it committed stays. Any other exception is thrown on: a fault of this program, which ends
// the engine (Engine::run).
Task<PassReport> run_pass(PassContext context, const PassSettings& settings, StreamMemory& memory);

}  // namespace carecloud
