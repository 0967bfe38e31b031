#include "sync/limits/retry.hpp"

#include <algorithm>
#include <chrono>
#include <random>

namespace carecloud {
namespace {

using namespace std::chrono_literals;

// Full pages that must succeed before more records are requested: a failed attempt costs a whole response, so growth is
// slow.
constexpr std::size_t kFullPagesToGrow = 16;

// Consecutive failures of one request after which the pass gives up; the schedule waits instead.
constexpr std::size_t kFailuresMax = 4;
// If a smaller page may help: 10 halvings (1000 -> 1), and one attempt before the first.
constexpr std::size_t kSizeFailuresMax = 12;
// A record is not declared too large because of a single response of a gateway.
constexpr std::size_t kAloneFailuresMax = 4;
// The portal states how long to wait, and the pause is at least that long: more patience.
constexpr std::size_t kRateFailuresMax = 8;

RetryDecision patient(std::size_t failures, std::size_t failures_max) {
    if (failures >= failures_max) return {RetryAction::give_up, false};
    return {RetryAction::again, true};
}

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

PageSize::PageSize(std::size_t max) : max_(std::max<std::size_t>(max, 1)), take_(max_) {}

void PageSize::passed(std::size_t take, bool full, bool after_shrinking) {
    if (after_shrinking) {
        take_ = std::clamp<std::size_t>(take, 1, max_);
        full_pages_ = 0;
        return;
    }
    if (!full || take_ == max_) return;
    if (++full_pages_ < kFullPagesToGrow) return;
    full_pages_ = 0;
    take_ = std::min(max_, take_ + std::max<std::size_t>(take_ / 4, 1));
}

Duration full_jitter(Random& random, Duration base, Duration limit, std::size_t failures) {
    Duration span = std::min(base, limit);
    for (std::size_t i = 0; i < failures && span < limit; ++i)
        span = std::min(limit, span * 2);
    std::uniform_int_distribution<Duration::rep> pick(0, span.count());
    return Duration(pick(random));
}

bool is_size_suspect(ErrorCode code) {
    return code == ErrorCode::too_large || code == ErrorCode::server_failed || code == ErrorCode::timed_out ||
           code == ErrorCode::bad_response;
}

bool is_of_the_question(ErrorCode code) {
    return code == ErrorCode::refused || code == ErrorCode::bad_response || code == ErrorCode::too_large ||
           code == ErrorCode::wrong_workspace || code == ErrorCode::invalid_argument;
}

RetryDecision decide_retry(ErrorCode code, const RetryState& state) {
    switch (code) {
        case ErrorCode::too_large:
            if (state.take > 1) return {RetryAction::shrink, false};
            return {state.alone < kAloneFailuresMax ? RetryAction::again : RetryAction::give_up, false};
        case ErrorCode::server_failed:
        case ErrorCode::timed_out:
        case ErrorCode::bad_response:
            // The first failure is more likely to be temporary than caused by the size.
            if (state.failures >= 2 && state.failures < kSizeFailuresMax && state.take > 1)
                return {RetryAction::shrink, true};
            return patient(state.failures, kSizeFailuresMax);
        case ErrorCode::rate_limited:
            return patient(state.failures, kRateFailuresMax);
        case ErrorCode::unreachable:
        case ErrorCode::refused:
            return patient(state.failures, kFailuresMax);
        case ErrorCode::key_refused:
            if (state.refreshed) return {RetryAction::give_up, false};
            return {RetryAction::refresh_key, false};
        default:
            return {RetryAction::give_up, false};
    }
}

std::size_t smaller_take(std::size_t take, std::size_t records_seen) {
    const std::size_t held = records_seen > 1 ? records_seen : take;
    return std::max<std::size_t>(PageSize::smaller(std::min(take, held)), 1);
}

Duration poll_pause(Random& random, Duration poll_every) {
    std::uniform_real_distribution<double> jitter(0.9, 1.1);
    return std::chrono::duration_cast<Duration>(poll_every * jitter(random));
}

Duration failure_pause(Random& random, const Error& error, std::size_t failures) {
    const Backoff backoff = backoff_for(error.code);
    const Duration pause = full_jitter(random, backoff.base, backoff.limit, failures);
    if (!error.retry_after) return pause;
    // At most an hour, since wall clocks jump. Until the end of the month the rate limiter refuses anyway.
    return std::max(pause, std::min<Duration>(*error.retry_after, 1h));
}

Duration failure_pause(Random& random, const RateLimiter& limiter, const Error& error, std::size_t failures) {
    const bool waits = error.retry_after && *error.retry_after > RateLimiter::kWaitMax;
    if (!waits || error.code == ErrorCode::quota_exhausted) return failure_pause(random, error, failures);
    if (const auto probe = limiter.until_probe()) return *probe;
    // The hold has ended since the request was refused, so nothing will end this pause early.
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
    // A tenth is reserved for requests other than polls.
    const double affordable = left * 0.9 / std::max(seconds_left, 1.0);
    return std::max(1.0, requests_per_second / affordable);
}

}  // namespace carecloud
