// One walk of a stream from its cursor to the portal's end: pages from the Portal, batches to the Store; the cursor
// moves only with what was committed. The decisions are those of Walk and advance(); this is their shell. At most two
// pages are in memory, the one being stored and the one being fetched; in a wide load (wide_load.hpp), one per lane.
#pragma once

#include "sync/walk/context.hpp"
#include "sync/walk/fetcher.hpp"
#include "sync/walk/observer.hpp"
#include "sync/walk/paginator.hpp"

#include <optional>

namespace carecloud {

// Runs one pass to its end or its first permanent error, which is in the report; a canceled pass reports
// ErrorCode::canceled. What it committed stays. Any other exception is rethrown: a fault of this program, which ends
// the engine (Engine::run).
Task<PassReport> run_pass(PassContext context, const PassSettings& settings, StreamMemory& memory);

// Parts of a pass: what it does before it walks (begin_pass.cpp).

// The stream's row when a pass begins.
struct OpenedStream {
    StreamState state;
    bool restarted = false;  // the fingerprint differs from the stored one (hazard 14); to be committed
};

// Loads the row, or creates one.
Task<Result<OpenedStream>> open_stream(PassContext context, const PassSettings& settings,
                                       StreamMemory& memory);

// The proof of a dialect that is not known yet.
struct ProvenWalk {
    std::optional<Dialect> dialect{};  // none: there is nothing to prove one with, so nothing to fetch either
    std::optional<Fetched> first{};    // a first load's first page, if the dialect was proven by it
};
// `key`: as the first one of prove_dialect(). `with_page`: the walk begins with the first record, and its first page
// proves the dialect.
Task<Result<ProvenWalk>> prove_walk(Paginator& pages, Fetcher& prover, const StreamSpec& spec,
                                    std::optional<Key> key, bool with_page);

// For a cursor that lies in the future by the portal's clock and by this machine's (hazard 31): the state with its
// cursor on the newest record held that is not in the future, or without a cursor if there is none, so that the stream
// is read from the start. Nothing of it is committed; a whole reconciliation was requested.
Task<Result<StreamState>> with_cursor_back(PassContext context, const PassSettings& settings,
                                           StreamState state);

}  // namespace carecloud
