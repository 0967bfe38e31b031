// Gets one response from the portal and handles everything on the way: rate limit, pauses, smaller pages, and a refused
// key that requires clearing the permission cache. One Fetcher per pass; I/O thread only.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "model/record.hpp"
#include "portal/portal.hpp"
#include "sync/limits/lanes.hpp"
#include "sync/limits/rate_limiter.hpp"
#include "sync/limits/retry.hpp"
#include "sync/walk/portal_time.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace carecloud {

// Whether to accept a response that contradicts itself or contains invalid JSON: only if consecutive responses have the
// same bytes. So corruption in transit loses nothing, and a record that is stored like this in the portal blocks
// nothing (hazard 35, promise 6). One object per question, which is asked repeatedly. Pure.
//
//     AnswerDoubt doubt;
//     while (doubt.judge(*page) == AnswerDoubt::Verdict::ask_again) …   // request it again
class AnswerDoubt {
  public:
    enum class Verdict {
        believe,
        ask_again,
        give_up,  // the bytes differ each time
    };

    Verdict judge(const Page& page);
    // The number of judged responses.
    std::size_t answers() const { return answers_; }

  private:
    std::string doubted_;   // the bytes of such records in the last response
    std::size_t same_ = 0;  // consecutive responses with these bytes
    std::size_t answers_ = 0;
};

struct Fetched {
    PagePtr page;
    std::size_t take = 0;  // of the successful request
    // What was requested: a page of keys must never be mistaken for one of whole records.
    Projection projection = Projection::stream;
    Timestamp asked_at;  // the trusted portal time when the request was sent
};

class Fetcher {
  public:
    // `time` learns from each response. `lanes`: requests wait until the portal can take one more, and the lane limit
    // learns from their outcome. Requests of rank live are small, so more of them may be in progress. Null: no limit.
    Fetcher(Clock& clock, Portal& portal, RateLimiter& limiter, Random& random, PortalTime& time,
            RetryPauses pauses, RequestRank rank = RequestRank::live, Lanes* lanes = nullptr);

    // Repeats the request until there is a response or the policy (retry.hpp) gives up. `query.take` is set from
    // `size`, which learns.
    Task<Result<Fetched>> fetch(Query query, PageSize& size);

    // Uses the query's own Take.
    Task<Result<PagePtr>> ask(Query query);
    // One record by its id (Portal::retrieve). `spec` must outlive the call.
    Task<Result<PagePtr>> retrieve(const StreamSpec& spec, std::string id);

    std::size_t requests() const { return requests_; }

  private:
    // A query, or one record's id.
    struct Question {
        Query query;
        std::optional<std::string> id{};
    };

    Error report(const Question& question, Error error);
    void note_load(const Result<PagePtr>& answer, MonoTime sent);
    Task<Result<PagePtr>> send(const Question& question);
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
    Lanes* lanes_;
    bool refreshed_ = false;
    bool reported_ = false;  // the first failed request was reported
    std::size_t requests_ = 0;
};

}  // namespace carecloud
