// One answer from the portal, with everything that may come between: the rate limiter, pauses, smaller pages, a key
// that needs the permission cache cleared. One Fetcher a pass; I/O thread alone.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "model/page.hpp"
#include "portal/portal.hpp"
#include "sync/limits/lanes.hpp"
#include "sync/limits/rate_limiter.hpp"
#include "sync/limits/retry.hpp"
#include "sync/walk/portal_time.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace carecloud {

// Whether an answer is believed that contradicts itself, or has records that are not valid JSON: only if it comes
// again with the very same bytes. A spoiled one is not lost that way, and a record that is stored so at the portal
// stops nobody (hazard 35, promise 6). One for each question, which is asked again and again. Pure.
//
//     AnswerDoubt doubt;
//     while (doubt.judge(*page) == AnswerDoubt::Verdict::ask_again) …   // ask once more
class AnswerDoubt {
  public:
    enum class Verdict {
        believe,
        ask_again,
        give_up,  // it has other bytes each time
    };

    Verdict judge(const Page& page);
    // How many answers were judged.
    std::size_t answers() const { return answers_; }

  private:
    std::string doubted_;   // the bytes of the records that the last answer had so
    std::size_t same_ = 0;  // answers in a row that had these
    std::size_t answers_ = 0;
};

struct Fetched {
    PagePtr page;
    std::size_t take = 0;  // what was requested in the end
    // What was requested: a page of keys must never be taken for one of whole records.
    Projection projection = Projection::stream;
    Timestamp asked_at;  // the trusted portal time when the question was sent
};

class Fetcher {
  public:
    // `time` learns from every answer. `lanes`: requests are sent only while the portal bears one more, and the lanes
    // learn from their responses; those of rank live are small ones, of which it bears more. Null: each is sent at
    // once.
    Fetcher(Clock& clock, Portal& portal, RateLimiter& limiter, Random& random, PortalTime& time,
            RetryPauses pauses, RequestRank rank = RequestRank::live, Lanes* lanes = nullptr);

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
    bool reported_ = false;  // the first failed request
    std::size_t requests_ = 0;
};

}  // namespace carecloud
