// When a stream's next pass is due, from how the last one ended. Pure.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "sync/limits/rate_limiter.hpp"
#include "sync/limits/retry.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace carecloud {

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
