// When the portal is asked again, and for how much: after a request that failed, by what went wrong and how often
// (hazards 8 to 11), and for a stream's next pass, by how the last one ended. Pure.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "sync/limits/rate_limiter.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>

namespace carecloud {

// How many records to ask for: what passes the gateway is learned, because a page of 1000 records with
// signatures is larger than any answer it lets through (the vendor's API documentation; hazard 8).
// Pure.
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

// The interval of the timer-driven poll, a tenth more or less, so that many streams and daemons do not ask at
// once.
Duration poll_pause(Random& random, Duration poll_every);

// The pause after a pass that failed, the `failures`-th in a row (from 1): full jitter over a base and a
// limit that fit what went wrong, never shorter than what the error itself asks for.
Duration failure_pause(Random& random, const Error& error, std::size_t failures);

// The same; if the portal asked for a long wait: until the next probe (hazard 34), or as if it had not asked if that
// hold has ended already.
Duration failure_pause(Random& random, const RateLimiter& limiter, const Error& error, std::size_t failures);

// The interval with the quota's stretch; never far past the month's turn, when the quota is whole again.
Duration stretched(Duration pause, double stretch, Timestamp now);

// How many times longer the polls' intervals must be, so that the month's quota lasts (promise 5); at
// least 1, and 1 where `use` is another month's. `requests_per_second` is what all streams' polls need at the
// configured intervals; a tenth of what is left of the quota is kept for everything else.
double quota_stretch(const QuotaUse& use, Timestamp now, double requests_per_second);

// What is reported as stretched: less than that is within the jitter of poll_pause().
constexpr double kStretchNoticed = 1.1;

}  // namespace carecloud
