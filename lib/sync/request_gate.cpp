#include "sync/request_gate.hpp"

#include <algorithm>
#include <utility>

namespace carecloud {
namespace {

constexpr Duration kParkedFor = std::chrono::hours(24);
constexpr std::chrono::milliseconds kSpareLook = std::chrono::hours(1);

double seconds_between(Timestamp from, Timestamp to) {
    return static_cast<double>(to.ticks - from.ticks) / Timestamp::ticks_per_second;
}

// What a bounded request must leave of the month's quota.
double reserved(std::uint64_t quota, double polls_per_second, Timestamp now) {
    const Timestamp turn = next_month(now);
    const double left = seconds_between(now, turn);
    const double even = static_cast<double>(quota) * left / seconds_between(this_month(now), turn);
    return std::min(polls_per_second * left, even);
}

}  // namespace

RequestGate::RequestGate(Clock& clock, Store& store, RateLimits limits, double polls_per_second)
    : clock_(clock),
      store_(store),
      limits_(limits),
      polls_per_second_(polls_per_second),
      bucket_(limits.per_second, limits.burst, clock.now()) {}

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

Task<Result<>> RequestGate::check_spare(std::uint64_t requests) {
    if (!limits_.monthly_quota) co_return Result<>{};
    const Timestamp now = clock_.wall();
    const std::string month = month_of(now);
    auto counted = co_await store_.count_requests(month, 0);
    if (!counted) co_return counted.error();
    const std::uint64_t unsent = month == month_ ? static_cast<std::uint64_t>(aside_) : 0;
    const double left = static_cast<double>(*limits_.monthly_quota + unsent) - static_cast<double>(*counted);
    const double kept = reserved(*limits_.monthly_quota, polls_per_second_, now);
    if (left >= static_cast<double>(requests) + kept) co_return Result<>{};
    co_return Error{
        .code = ErrorCode::quota_exhausted,
        .operation = "send a request to the portal",
        .subject = "what is left of the quota of " + month + " is kept for the polls",
        .hint =
            "the pass goes on by itself when some of it is spare, at the latest when the month turns "
            "(UTC); a larger portal.rate.monthly_quota or poll_every hastens it",
        .retry_after = kSpareLook};
}

Task<Result<>> RequestGate::admit(RequestRank rank) {
    if (is_parked()) co_return exhausted();
    if (rank == RequestRank::bounded) {
        auto spare = co_await check_spare(1);
        if (!spare) co_return spare.error();
    }
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
        // The portal may have called the quota spent meanwhile (simulate --seed 156 --hours 6).
        if (!is_parked()) continue;
        if (month == month_) ++aside_;
        co_return exhausted();
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
