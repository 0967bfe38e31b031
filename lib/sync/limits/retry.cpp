#include "sync/limits/retry.hpp"

#include <algorithm>

namespace carecloud {
namespace {

// Full pages that must pass before more is asked for: a try that fails costs a whole answer, so growth is
// slow.
constexpr std::size_t kFullPagesToGrow = 16;

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

namespace {

// Failures of one request in a row after which the pass gives up and the schedule waits instead.
constexpr std::size_t kFailuresMax = 4;
// Where a smaller page may help there are 1000 -> 1 = 10 halvings to go through, and one try before the
// first.
constexpr std::size_t kSizeFailuresMax = 12;
// One record is not called too large on a single word of a gateway.
constexpr std::size_t kAloneFailuresMax = 4;
// The portal said how long to wait and we do: more patience.
constexpr std::size_t kRateFailuresMax = 8;

RetryDecision patient(std::size_t failures, std::size_t failures_max) {
    if (failures >= failures_max) return {RetryAction::give_up, false};
    return {RetryAction::again, true};
}

}  // namespace

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
            // The first failure is more likely a passing one than a size.
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

}  // namespace carecloud
