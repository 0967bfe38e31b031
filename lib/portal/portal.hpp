// The Portal seam: over HTTP in the daemon (portal/http), in memory in the simulation. One request in, one validated
// page or one error out; no retries, no rate limit and no decisions, which belong to lib/sync.
//
// I/O thread only; several requests may run concurrently. Canceling the waiting coroutine ends the request and yields
// ErrorCode::canceled.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "model/record.hpp"
#include "portal/query.hpp"

#include <cstddef>
#include <string_view>

namespace carecloud {

class Portal {
  public:
    Portal() = default;
    Portal(const Portal&) = delete;
    Portal& operator=(const Portal&) = delete;
    virtual ~Portal() = default;

    // Errors: unreachable tls_failed timed_out key_refused rate_limited quota_exhausted too_large server_failed refused
    // bad_response wrong_workspace canceled. A single record of another workspace invalidates the whole page (hazard
    // 24).
    virtual Task<Result<PagePtr>> query(const Query& query) = 0;

    // Fetches one record by its `_id`, regardless of the stream's filter. An empty page means that the portal reports
    // that the record does not exist.
    virtual Task<Result<PagePtr>> retrieve(const StreamSpec& spec, std::string_view id) = 0;

    // Clears the portal's permission cache (POST {base}/status/refresh). To be tried once when a key is refused.
    virtual Task<Result<>> refresh() = 0;
};

// Enforces the invariants of every Portal's pages, whatever the other side sent: terminates the process
// (base/ensure.hpp) if the page has more records than `take`, a record without an id or outside its page's bytes, or a
// response that was received before its request was sent. Pure.
void ensure_page(const Page& page, std::size_t take);

}  // namespace carecloud
