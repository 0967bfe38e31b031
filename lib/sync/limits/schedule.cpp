#include "sync/limits/schedule.hpp"

#include <algorithm>
#include <chrono>
#include <random>

namespace carecloud {
namespace {

using namespace std::chrono_literals;

struct Backoff {
    Duration base;
    Duration limit;
};

Backoff backoff_for(ErrorCode code) {
    switch (code) {
        // An operator must act; the key file and the configuration wake the stream when they change.
        case ErrorCode::key_refused:
        case ErrorCode::tls_failed:
            return {30s, 15min};
        case ErrorCode::wrong_workspace:
        case ErrorCode::dialect_unknown:
            return {60s, 1h};
        case ErrorCode::quota_exhausted:
            return {60s, 1h};
        case ErrorCode::store_busy:
        case ErrorCode::store_full:
        case ErrorCode::store_failed:
            return {1s, 60s};
        case ErrorCode::store_corrupt:
            return {60s, 15min};
        default:
            return {2s, 5min};
    }
}

}  // namespace

Duration poll_pause(Random& random, Duration poll_every) {
    std::uniform_real_distribution<double> jitter(0.9, 1.1);
    return std::chrono::duration_cast<Duration>(poll_every * jitter(random));
}

Duration failure_pause(Random& random, const Error& error, std::size_t failures) {
    const Backoff backoff = backoff_for(error.code);
    const Duration pause = full_jitter(random, backoff.base, backoff.limit, failures);
    if (!error.retry_after) return pause;
    // Tried again within an hour at the latest, since wall clocks jump. The rate limiter refuses until the month turns.
    return std::max(pause, std::min<Duration>(*error.retry_after, 1h));
}

Duration failure_pause(Random& random, const RateLimiter& limiter, const Error& error, std::size_t failures) {
    const bool waits = error.retry_after && *error.retry_after > RateLimiter::kWaitMax;
    if (!waits || error.code == ErrorCode::quota_exhausted) return failure_pause(random, error, failures);
    if (const auto probe = limiter.until_probe()) return *probe;
    // The hold has ended since the request was refused, and nobody will end this pause early.
    Error ended = error;
    ended.retry_after.reset();
    return failure_pause(random, ended, failures);
}

Duration stretched(Duration pause, double stretch, Timestamp now) {
    const Duration until_turn = next_month(now) - now;
    const Duration longest = std::max(pause, until_turn + pause);
    const double longer = static_cast<double>(pause.count()) * stretch;
    return longer < static_cast<double>(longest.count()) ? Duration(static_cast<Duration::rep>(longer))
                                                         : longest;
}

double quota_stretch(const QuotaUse& use, Timestamp now, double requests_per_second) {
    if (!use.limit || *use.limit == 0 || requests_per_second <= 0) return 1.0;
    if (use.month != month_of(now)) return 1.0;
    const double left = static_cast<double>(*use.limit) - static_cast<double>(use.count.sent);
    if (left <= 0) return 1.0;  // the rate limiter refuses anyway; nothing to stretch
    const double seconds_left = std::chrono::duration<double>(next_month(now) - now).count();
    // A tenth is kept for what comes besides the polls.
    const double affordable = left * 0.9 / std::max(seconds_left, 1.0);
    return std::max(1.0, requests_per_second / affordable);
}

}  // namespace carecloud
