// One answer from the portal, with everything that may come between: the rate limiter, pauses, smaller pages, a key
// that needs the permission cache cleared. One Fetcher a pass; I/O thread alone.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "portal/portal.hpp"
#include "sync/limits/page_size.hpp"
#include "sync/limits/rate_limiter.hpp"
#include "sync/limits/retry.hpp"
#include "sync/walk/portal_time.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace carecloud {

struct Fetched {
    PagePtr page;
    std::size_t take = 0;  // what was requested in the end
    // What was requested: a page of keys must never be taken for one of whole records.
    Projection projection = Projection::stream;
    Timestamp asked_at;  // the trusted portal time when the question was sent
};

class Fetcher {
  public:
    // `time` learns from every answer.
    Fetcher(Clock& clock, Portal& portal, RateLimiter& limiter, Random& random, PortalTime& time,
            RetryPauses pauses, RequestRank rank = RequestRank::live);

    // Asks until there is an answer or the policy (retry.hpp) gives up. `query.take` is set from `size`,
    // which learns.
    Task<Result<Fetched>> fetch(Query query, PageSize& size);

    // Asks with exactly the query's own Take.
    Task<Result<PagePtr>> ask(Query query);
    // One record by its id (Portal::retrieve). `spec` must live until the end.
    Task<Result<PagePtr>> retrieve(const StreamSpec& spec, std::string id);

    std::size_t requests() const { return requests_; }

  private:
    // A query, or one record's id.
    struct Question {
        Query query;
        std::optional<std::string> id{};
    };

    Error report(const Question& question, Error error);
    Task<Result<PagePtr>> ask_once(const Question& question);
    Task<Result<PagePtr>> ask_until(Question question);
    Task<Result<>> recover(const Error& error, RetryState& state);

    Clock& clock_;
    Portal& portal_;
    RateLimiter& limiter_;
    Random& random_;
    PortalTime& time_;
    RetryPauses pauses_;
    RequestRank rank_;
    bool refreshed_ = false;
    bool reported_ = false;  // the first failed request
    std::size_t requests_ = 0;
};

}  // namespace carecloud
