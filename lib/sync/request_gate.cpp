#include "sync/request_gate.hpp"

#include <algorithm>
#include <utility>

namespace carecloud {
namespace {

constexpr Duration kParkedFor = std::chrono::hours(24);

}  // namespace

RequestGate::RequestGate(Clock& clock, Store& store, RateLimits limits)
    : clock_(clock), store_(store), limits_(limits), bucket_(limits.per_second, limits.burst, clock.now()) {}

Error RequestGate::exhausted() const {
    const Timestamp now = clock_.wall();
    const std::int64_t left_ms = (next_month(now).ticks - now.ticks) / Timestamp::ticks_per_millisecond;
    return Error{.code = ErrorCode::quota_exhausted,
                 .operation = "send a request to the portal",
                 .subject = "the quota of " + month_of(now) + " is spent",
                 .hint =
                     "synchronising goes on when the month turns (UTC), or after a restart with a larger "
                     "portal.rate.monthly_quota",
                 .retry_after = std::chrono::milliseconds(left_ms)};
}

Task<Result<>> RequestGate::count_one() {
    const std::string month = month_of(clock_.wall());
    if (month != month_) {
        auto settled = co_await settle();
        if (!settled) co_return settled.error();
    }
    // Unless another stream has turned it meanwhile.
    if (month != month_) {
        month_ = month;
        counted_ = 0;
    }
    if (aside_ > 0) {
        --aside_;
        co_return Result<>{};
    }
    std::int64_t block = kBlock;
    if (limits_.monthly_quota) {
        auto read = co_await store_.count_requests(month, 0);
        if (!read) co_return read.error();
        if (*read >= *limits_.monthly_quota) co_return exhausted();
        block = std::min(block, static_cast<std::int64_t>(*limits_.monthly_quota - *read));
    }
    auto counted = co_await store_.count_requests(month, block);
    if (!counted) co_return counted.error();
    // Whoever counted between the read and this has a part of what was left: it is given back before it is used.
    if (limits_.monthly_quota && *counted > *limits_.monthly_quota) {
        const auto over = std::min(block, static_cast<std::int64_t>(*counted - *limits_.monthly_quota));
        block -= over;
        counted = co_await store_.count_requests(month, -over);
        if (!counted) co_return counted.error();
        if (block == 0) co_return exhausted();
    }
    if (month != month_) co_return Result<>{};  // the month turned: the rest stays counted there
    counted_ = *counted;
    aside_ += block - 1;
    co_return Result<>{};
}

Task<Result<>> RequestGate::admit() {
    if (is_parked()) co_return exhausted();
    auto counted = co_await count_one();
    if (!counted) co_return counted.error();
    const std::string month = month_;
    for (;;) {
        const MonoTime now = clock_.now();
        const Duration wait = now < quiet_until_ ? quiet_until_ - now : bucket_.take(now);
        if (wait <= Duration::zero()) co_return Result<>{};
        try {
            co_await clock_.sleep(wait);
        } catch (const boost::system::system_error&) {
            if (month == month_) ++aside_;
            throw;
        }
    }
}

void RequestGate::slow_down(Duration pause) {
    quiet_until_ = std::max(quiet_until_, clock_.now() + pause);
}

void RequestGate::park() {
    parked_month_ = month_of(clock_.wall());
    parked_until_ = clock_.now() + kParkedFor;
}

bool RequestGate::is_parked() const {
    return parked_month_ == month_of(clock_.wall()) && clock_.now() < parked_until_;
}

Task<Result<>> RequestGate::settle() {
    const std::int64_t unused = std::exchange(aside_, 0);
    if (unused == 0) co_return Result<>{};
    const std::string month = month_;
    auto counted = co_await store_.count_requests(month, -unused);
    if (!counted) co_return counted.error();
    if (month == month_) counted_ = *counted;
    co_return Result<>{};
}

QuotaUse RequestGate::use() const {
    return {.month = month_,
            .used = counted_ - static_cast<std::uint64_t>(aside_),
            .limit = limits_.monthly_quota};
}

}  // namespace carecloud
