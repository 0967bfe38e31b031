// What to do about a request that failed, by what went wrong and how often (hazards 8 to 11). Pure.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>

namespace carecloud {

// How many records to ask for: what passes the gateway is learned, because a page of 1000 records with
// signatures is larger than any answer it lets through (portal-api facts, "Authentication and limits"; hazard
// 8). Pure.
class PageSize {
  public:
    // Starts at `max` and never goes beyond it. At least 1.
    explicit PageSize(std::size_t max);

    std::size_t take() const { return take_; }

    // A page of `take` was too large and a smaller one is to be tried: what the next attempt asks for.
    static std::size_t smaller(std::size_t take) { return take / 2; }

    // A page asked with `take` passed, full or not; `after_shrinking` when larger ones had failed just
    // before.
    void passed(std::size_t take, bool full, bool after_shrinking);

  private:
    std::size_t max_;
    std::size_t take_;
    std::size_t full_pages_ = 0;  // in a row, since the last change
};

using Random = std::mt19937_64;

// Full jitter: uniform in [0, min(limit, base * 2^failures)]. Source: "Exponential Backoff And Jitter", AWS
// Architecture Blog, 2015.
Duration full_jitter(Random& random, Duration base, Duration limit, std::size_t failures);

// Bounds of the pauses between attempts.
struct RetryPauses {
    Duration base = std::chrono::milliseconds(250);
    Duration limit = std::chrono::seconds(10);
};

enum class RetryAction {
    give_up,      // the pass ends with this error
    again,        // after a pause
    shrink,       // with half the Take, after a pause (none where the size alone is to blame)
    refresh_key,  // once: clear the portal's permission cache, then again
};

struct RetryState {
    std::size_t failures = 0;  // of this request, the present one included
    std::size_t take = 1;      // what it asked for
    std::size_t alone = 0;     // of the failures, those that asked for one record
    bool refreshed = false;    // whether the permission cache was cleared in this pass
};

struct RetryDecision {
    RetryAction action;
    bool pause;  // by full jitter, or as the other side said
};

RetryDecision decide_retry(ErrorCode code, const RetryState& state);

// Half of the page that failed, which may have been shorter than what was asked for; at least 1. `records_seen`: of it;
// 0: unknown.
std::size_t smaller_take(std::size_t take, std::size_t records_seen);
// Whether a smaller page could have helped: what may mean "too large" beside the plain word (hazard 8).
bool is_size_suspect(ErrorCode code);
// Whether the error is about the one question that was asked, and not about the portal as a whole.
bool is_of_the_question(ErrorCode code);

}  // namespace carecloud
