// The Portal seam: HTTP in the daemon (portal/http), in memory in simulation. One request in, one validated
// page or one error out; no retries, no rate limit, no decisions: those are sync's.
//
// Called from the I/O thread alone; several requests may be under way at once. Canceling the waiting
// coroutine ends the request and yields ErrorCode::canceled.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "model/page.hpp"
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

    // Errors: unreachable tls_failed timed_out key_refused rate_limited quota_exhausted too_large
    // server_failed refused bad_response wrong_workspace canceled. A page with one record of another
    // workspace is no page (hazard 24).
    virtual Task<Result<PagePtr>> query(const Query& query) = 0;

    // One record by its `_id`, whatever the stream's filter says. A page without records: the portal denies
    // it.
    virtual Task<Result<PagePtr>> retrieve(const StreamSpec& spec, std::string_view id) = 0;

    // Clears the portal's permission cache (POST {base}/status/refresh): to be tried once when a key is
    // refused.
    virtual Task<Result<>> refresh() = 0;
};

// What every page of a Portal must keep, whatever the other side sent: ends the process (base/ensure.hpp) if the page
// has more records than `take`, a record outside its own bytes, or an answer that came before its request. Pure.
void ensure_page(const Page& page, std::size_t take);

}  // namespace carecloud
