#include "sync/limits/rate_limiter.hpp"

#include "base/co_try.hpp"
#include "base/packaged_service.hpp"

#include <algorithm>
#include <cmath>
#include <exception>
#include <utility>

#include <boost/asio/cancellation_type.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

namespace carecloud {

TokenBucket::TokenBucket(double per_second, std::uint32_t burst, MonoTime now)
    : per_second_(per_second), burst_(std::max(1.0, static_cast<double>(burst))), filled_at_(now) {}

Duration TokenBucket::take(MonoTime now) {
    const std::chrono::duration<double> passed = now - filled_at_;
    filled_at_ = now;
    tokens_ = std::min(burst_, tokens_ + passed.count() * per_second_);
    if (tokens_ >= 1.0) {
        tokens_ -= 1.0;
        return Duration::zero();
    }
    // Rounded up, and never zero, so that a token is available after this sleep.
    const double wait_ns = std::ceil((1.0 - tokens_) / per_second_ * 1e9) + 1.0;
    return Duration(static_cast<Duration::rep>(wait_ns));
}

Duration TokenBucket::interval() const {
    return Duration(static_cast<Duration::rep>(std::ceil(1e9 / per_second_)));
}

namespace {

using namespace std::chrono_literals;

constexpr Duration kParkedFor = 24h;
constexpr std::chrono::milliseconds kSpareLook = 1h;
// The probes of a hold are sent after 1, 2, 4 … 60 minutes.
constexpr Duration kProbeFirst = 1min;
constexpr Duration kProbeLimit = 60min;
// The longest accepted wait of the portal.
constexpr std::chrono::milliseconds kRetryAfterMax = std::chrono::hours(24 * 31);

// Requests reserved at a time: one commit for each group, and after a crash at most these are counted without being
// sent. Near the end of the quota groups are smaller, so that reservations do not block the last requests.
constexpr std::uint64_t kBlockMax = 64;
constexpr std::uint64_t kBlockShare = 16;

constexpr std::uint64_t kNearlySpentShare = 10;

std::uint64_t block_of(std::uint64_t left) {
    return std::clamp<std::uint64_t>(left / kBlockShare, 1, kBlockMax);
}

double seconds_between(Timestamp from, Timestamp to) {
    return std::chrono::duration<double>(to - from).count();
}

// The part of the month's quota that a bounded request must not use.
double kept_for_polls(std::uint64_t quota, double polls_per_second, Timestamp now) {
    const Timestamp turn = next_month(now);
    const double left = seconds_between(now, turn);
    const double even = static_cast<double>(quota) * left / seconds_between(this_month(now), turn);
    return std::min(polls_per_second * left, even);
}

Duration probe_pause(std::size_t probes) {
    Duration pause = kProbeFirst;
    for (std::size_t i = 0; i < probes && pause < kProbeLimit; ++i)
        pause = std::min(kProbeLimit, pause * 2);
    return pause;
}

std::chrono::milliseconds whole_ms(Duration span) {
    return std::chrono::ceil<std::chrono::milliseconds>(std::max(span, Duration::zero()));
}

// The instant on this machine's clock, for people.
std::string instant_in(Clock& clock, Duration span) {
    return (clock.wall() + span).to_string_ms();
}

}  // namespace

RateLimiter::RateLimiter(Clock& clock, QuotaStore& store, RateLimits limits, double polls_per_second,
                         std::optional<PortalHold> hold)
    : clock_(clock),
      store_(store),
      limits_(limits),
      polls_per_second_(polls_per_second),
      bucket_(limits.per_second, limits.burst, clock.now()),
      hold_(std::move(hold)),
      probe_allowed_(hold_.has_value()) {}

Error RateLimiter::exhausted() const {
    const Timestamp now = clock_.wall();
    const Duration left = next_month(now) - now;
    return Error{
        .code = ErrorCode::quota_exhausted,
        .operation = "send a request to the portal",
        .subject = "the quota of " + month_of(now) + " is used up",
        .hint = "synchronization resumes at the start of the next month (UTC), or after systemctl restart " +
                PackagedService::own().unit() +
                " with a larger quota (of the key, and portal.rate.monthly_quota)",
        .retry_after = std::chrono::duration_cast<std::chrono::milliseconds>(left)};
}

Error RateLimiter::held() const {
    const Duration left = hold_->until - clock_.now();
    return Error{
        .code = ErrorCode::rate_limited,
        .operation = "send a request to the portal",
        .subject = "the portal requested a pause until " + instant_in(clock_, left) + " (Retry-After)",
        .hint = "the next request will be sent at " + instant_in(clock_, *until_probe()) +
                "; carecloudctl sync or a reload sends one immediately",
        .retry_after = whole_ms(left)};
}

void RateLimiter::end_reservation() {
    reserving_ = false;
    waiting_.wake_all();
}

// Counts one request as sent.
Task<Result<>> RateLimiter::count_one() {
    for (;;) {
        std::string month = month_of(clock_.wall());
        if (month == month_ && count_.reserved > 0) {
            --count_.reserved;
            ++count_.sent;
            co_return Result<>{};
        }
        if (reserving_) {
            co_await waiting_.wait(clock_);
            continue;
        }
        CO_TRY(reserve(std::move(month)));
    }
}

Task<Result<>> RateLimiter::reserve(std::string month) {
    CO_TRY(turn_to(month));
    // The month may have ended in the meantime, or another caller reserves: the caller checks again.
    if (month_ != month || reserving_ || count_.reserved > 0) co_return Result<>{};
    RequestCount requested = count_;
    requested.reserved = kBlockMax;
    if (limits_.monthly_quota) {
        if (count_.sent >= *limits_.monthly_quota) co_return exhausted();
        requested.reserved = block_of(*limits_.monthly_quota - count_.sent);
    }
    reserving_ = true;
    Result<> saved;
    try {
        saved = co_await store_.save_requests(month, requested);
    } catch (const std::exception&) {
        end_reservation();
        throw;
    }
    if (saved) count_ = stored_ = requested;
    end_reservation();
    co_return saved;
}

// Makes `month` the counted one, if it is not yet. Reservations of an earlier process count as sent.
Task<Result<>> RateLimiter::turn_to(std::string month) {
    while (month_ != month) {
        if (reserving_) {
            co_await waiting_.wait(clock_);
            continue;
        }
        CO_TRY(return_reserved());
        if (reserving_ || month_ == month) continue;
        reserving_ = true;
        Result<> loaded;
        try {
            loaded = co_await load(month);
        } catch (const std::exception&) {
            end_reservation();
            throw;
        }
        end_reservation();
        if (!loaded) co_return loaded.error();
    }
    co_return Result<>{};
}

Task<Result<>> RateLimiter::load(std::string month) {
    CO_TRY_ASSIGN(auto read, store_.requests(month));
    count_ = {.sent = read.total(), .reserved = 0};
    stored_ = read;
    month_ = std::move(month);
    co_return Result<>{};
}

Task<Result<>> RateLimiter::check_spare(std::uint64_t requests) {
    if (!limits_.monthly_quota) co_return Result<>{};
    const Timestamp now = clock_.wall();
    const std::string month = month_of(now);
    CO_TRY(turn_to(month));
    const double left = static_cast<double>(*limits_.monthly_quota) - static_cast<double>(count_.sent);
    const double kept = kept_for_polls(*limits_.monthly_quota, polls_per_second_, now);
    if (left >= static_cast<double>(requests) + kept) co_return Result<>{};
    co_return Error{
        .code = ErrorCode::quota_exhausted,
        .operation = "send a request to the portal",
        .subject = "the remaining quota of " + month + " is reserved for polling",
        .hint =
            "the pass resumes automatically when there is spare quota, at the latest at the start of the "
            "next month (UTC); a larger portal.rate.monthly_quota or poll_every makes this sooner",
        .retry_after = kSpareLook};
}

bool RateLimiter::is_nearly_spent() const {
    if (!limits_.monthly_quota || month_ != month_of(clock_.wall())) return false;
    return count_.sent >= *limits_.monthly_quota - *limits_.monthly_quota / kNearlySpentShare;
}

// A request that was counted and is not sent.
void RateLimiter::give_back(const std::string& month) {
    if (month != month_) return;
    --count_.sent;
    ++count_.reserved;
}

Task<Result<>> RateLimiter::admit(RequestRank rank) {
    if (is_parked()) co_return exhausted();
    const bool probe = take_probe();
    if (hold_ && !probe) co_return held();
    if (rank == RequestRank::bounded) {
        CO_TRY(check_spare(1));
    }
    CO_TRY(count_one());
    const std::string month = month_;
    for (;;) {
        // In the meantime the portal may have reported that the quota is used up, or requested a long wait
        // (simulate --seed 156 --hours 6).
        const bool parked = is_parked();
        if (parked || (hold_ && !probe)) {
            give_back(month);
            co_return parked ? exhausted() : held();
        }
        const Duration wait = until_admitted(rank);
        if (wait <= Duration::zero()) {
            // Canceled after its last wait had ended: it is not sent (simulate --seed 2018537 --hours 0.25).
            const auto state = co_await boost::asio::this_coro::cancellation_state;
            if (state.cancelled() != boost::asio::cancellation_type::none) {
                give_back(month);
                throw boost::system::system_error(boost::asio::error::operation_aborted);
            }
            if (month_of(clock_.wall()) == month) co_return Result<>{};
            // It is sent in the month that has begun in the meantime.
            give_back(month);
            co_return co_await count_one();
        }
        try {
            co_await wait_for_rate(wait, rank);
        } catch (const std::exception&) {
            give_back(month);
            throw;
        }
    }
}

// Zero: it has taken a token.
Duration RateLimiter::until_admitted(RequestRank rank) {
    const MonoTime now = clock_.now();
    if (now < quiet_until_) return quiet_until_ - now;
    if (rank != RequestRank::live && live_waiting_ > 0) return bucket_.interval();
    return bucket_.take(now);
}

Task<> RateLimiter::wait_for_rate(Duration wait, RequestRank rank) {
    struct Count {
        std::size_t& waiting;
        explicit Count(std::size_t& of) : waiting(of) { ++waiting; }
        ~Count() { --waiting; }
        Count(const Count&) = delete;
        Count& operator=(const Count&) = delete;
    };
    const Count count(waiting_for_rate_);
    std::optional<Count> live;
    if (rank == RequestRank::live) live.emplace(live_waiting_);
    co_await clock_.sleep(wait);
}

// During a hold: whether this request is the probe. The next one is planned as if this one failed, so that a probe that
// never ends does not block others.
bool RateLimiter::take_probe() {
    if (!hold_) return false;
    if (std::exchange(probe_allowed_, false)) return true;
    const MonoTime now = clock_.now();
    if (now < hold_->probe_at) return false;
    hold_->probe_at = now + probe_pause(++hold_->probes);
    return true;
}

Error RateLimiter::heard(Error error, MonoTime sent) {
    if (error.code == ErrorCode::quota_exhausted) {
        parked_month_ = month_of(clock_.wall());
        parked_until_ = clock_.now() + kParkedFor;
        return error;
    }
    const MonoTime now = clock_.now();
    if (error.retry_after && *error.retry_after > kWaitMax) {
        const bool begins = !hold_;
        if (begins) hold_ = PortalHold{.since = now, .probe_at = now + probe_pause(0)};
        error.retry_after = std::min(*error.retry_after, kRetryAfterMax);
        hold_->until = now + *error.retry_after;
        hold_->probe_at = std::min(hold_->probe_at, hold_->until);
        const Error pause = held();
        error.subject += "; " + pause.subject;
        error.hint = pause.hint;
        return error;
    }
    if (error.retry_after) slow_down(*error.retry_after);
    // Without a response of the portal its requested wait is unknown, too.
    const bool silent = error.code == ErrorCode::unreachable || error.code == ErrorCode::timed_out ||
                        error.code == ErrorCode::tls_failed || error.code == ErrorCode::canceled ||
                        error.code == ErrorCode::store_lost;
    if (!silent) answered(sent);
    return error;
}

void RateLimiter::answered(MonoTime sent) {
    // Requests in progress when the hold began prove nothing about it.
    if (!hold_ || sent < hold_->since) return;
    hold_.reset();
    probe_allowed_ = false;
    if (released_) released_();
}

void RateLimiter::slow_down(Duration pause) {
    quiet_until_ = std::max(quiet_until_, clock_.now() + pause);
}

void RateLimiter::allow_probe() {
    probe_allowed_ = hold_.has_value();
}

std::optional<Duration> RateLimiter::until_probe() const {
    if (!hold_) return std::nullopt;
    return std::max(hold_->probe_at - clock_.now(), Duration::zero());
}

bool RateLimiter::is_parked() const {
    return parked_month_ == month_of(clock_.wall()) && clock_.now() < parked_until_;
}

Task<Result<>> RateLimiter::return_reserved() {
    while (reserving_)
        co_await waiting_.wait(clock_);
    count_.reserved = 0;
    if (count_ == stored_) co_return Result<>{};
    const std::string month = month_;
    const RequestCount settled = count_;
    reserving_ = true;
    Result<> saved;
    try {
        saved = co_await store_.save_requests(month, settled);
    } catch (const std::exception&) {
        end_reservation();
        throw;
    }
    if (saved) stored_ = settled;
    end_reservation();
    co_return saved;
}

}  // namespace carecloud
