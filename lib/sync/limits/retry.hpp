// When the portal is asked again and for how many records: after a failed request, depending on the error and the
// number of failures (hazards 8 to 11); before a stream's next pass, depending on how the last one ended. Pure.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "sync/limits/rate_limiter.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>

namespace carecloud {

// The number of records to request. What fits through the gateway is learned, because a page of 1000 records with
// signatures is larger than any response it passes (the vendor's API documentation; hazard 8). Pure.
class PageSize {
  public:
    // Starts at `max` and never exceeds it. At least 1.
    explicit PageSize(std::size_t max);

    std::size_t take() const { return take_; }

    // The Take of the next attempt after a page of `take` was too large.
    static std::size_t smaller(std::size_t take) { return take / 2; }

    // A request with `take` succeeded, with a full page or not. `after_shrinking`: larger ones had failed just before.
    void passed(std::size_t take, bool full, bool after_shrinking);

  private:
    std::size_t max_;
    std::size_t take_;
    std::size_t full_pages_ = 0;  // consecutive, since the last change
};

using Random = std::mt19937_64;

// Full jitter: uniform in [0, min(limit, base * 2^failures)]. Source: "Exponential Backoff And Jitter", AWS
// Architecture Blog, 2015.
Duration full_jitter(Random& random, Duration base, Duration limit, std::size_t failures);

// Limits of the pauses between attempts.
struct RetryPauses {
    Duration base = std::chrono::milliseconds(250);
    Duration limit = std::chrono::seconds(10);
};

enum class RetryAction {
    give_up,      // the pass ends with this error
    again,        // after a pause
    shrink,       // with half the Take, after a pause (no pause if only the size is to blame)
    refresh_key,  // once: clear the portal's permission cache, then again
};

struct RetryState {
    std::size_t failures = 0;  // of this request, including the current one
    std::size_t take = 1;      // of the failed request
    std::size_t alone = 0;     // the failures with a Take of one record
    bool refreshed = false;    // whether the permission cache was cleared in this pass
};

struct RetryDecision {
    RetryAction action;
    bool pause;  // full jitter, or at least as long as the other side requested
};

RetryDecision decide_retry(ErrorCode code, const RetryState& state);

// Half of the failed page, which may have been shorter than requested; at least 1. `records_seen`: the number of
// records in it; 0: unknown.
std::size_t smaller_take(std::size_t take, std::size_t records_seen);
// Whether a smaller page might have helped: all errors that may mean "too large", not only too_large (hazard 8).
bool is_size_suspect(ErrorCode code);
// Whether the error concerns this request only, and not the portal as a whole.
bool is_of_the_question(ErrorCode code);

// The interval of the polls, varied by up to a tenth, so that many streams and daemons do not poll at the same time.
Duration poll_pause(Random& random, Duration poll_every);

// The pause after the `failures`-th consecutive failed pass (from 1): full jitter with a base and a limit that depend
// on the error, and at least as long as the error requests.
Duration failure_pause(Random& random, const Error& error, std::size_t failures);

// The same. If the portal requested a long wait: the time until the next probe (hazard 34), or, if that hold has
// already ended, the pause without that wait.
Duration failure_pause(Random& random, const RateLimiter& limiter, const Error& error, std::size_t failures);

// The interval multiplied by the quota's stretch, but not far beyond the end of the month, when the quota is restored.
Duration stretched(Duration pause, double stretch, Timestamp now);

// By how much the polls' intervals must be extended for the month's quota to last (promise 5). At least 1; 1 if `use`
// is another month's. `requests_per_second`: the rate of all streams' polls at their configured intervals. A tenth of
// the remaining quota is reserved for everything else.
double quota_stretch(const QuotaUse& use, Timestamp now, double requests_per_second);

// The smallest stretch that is reported: less is within the jitter of poll_pause().
constexpr double kStretchNoticed = 1.1;

}  // namespace carecloud
