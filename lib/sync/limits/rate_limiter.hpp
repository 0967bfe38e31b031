// Controls every request to the portal: rate, burst and monthly quota for all streams together, and the waits that the
// portal requests (promise 5; hazards 9 and 34).
//
//     CO_TRY(limiter.admit());
//     const MonoTime sent = clock.now();
//     Result<PagePtr> answer = co_await portal.query(…);
//     if (!answer) co_return limiter.heard(answer.error(), sent);
//     limiter.answered(sent);
//
// The month's requests are reserved in the store before they are sent, several at a time, so a crash can only make the
// count too high. I/O thread only.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "model/stream.hpp"
#include "store/store.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace carecloud {

// The portal's steady rate and burst, enforced on our side (promise 5): a token bucket like API Gateway's. Pure.
class TokenBucket {
  public:
    // Starts empty: a daemon that is restarted repeatedly must not gain a burst each time.
    TokenBucket(double per_second, std::uint32_t burst, MonoTime now);

    // Takes one token and returns zero, or takes none and returns how long to wait before the next attempt.
    Duration take(MonoTime now);
    // As long as one token takes.
    Duration interval() const;

  private:
    double per_second_;
    double burst_;
    double tokens_ = 0;
    MonoTime filled_at_;
};

struct RateLimits {
    double per_second = 5;
    std::uint32_t burst = 10;
    std::optional<std::uint64_t> monthly_quota{};  // requests per month (UTC); empty: not limited on our side
};

// The purpose of a request. A backfill or a reconciliation may use only the part of a month's quota that the live
// passes, including their events, do not need (RateLimiter::admit). Live requests are the first to get the rate.
enum class RequestRank {
    live,     // of a poll, an event or an operator
    wide,     // of a first load's lanes
    bounded,  // of a backfill or a reconciliation
};

struct QuotaUse {
    std::string month{};  // "2024-03"; empty: no request yet
    RequestCount count{};
    std::optional<std::uint64_t> limit{};  // the configured one
};

// The portal requested a wait of more than RateLimiter::kWaitMax: only one probe at a time is sent.
struct PortalHold {
    MonoTime since{};
    MonoTime until{};        // the end of the portal's wait
    MonoTime probe_at{};     // when the next probe may be sent
    std::size_t probes = 0;  // number of scheduled probes
};

class RateLimiter {
  public:
    // Longer waits are not waited for: passes end, and probes check whether the wait still applies.
    static constexpr std::chrono::seconds kWaitMax{60};

    // `polls_per_second`: the requests that all streams' polls need at their configured intervals. `hold`: from an
    // earlier limiter for the same portal; its next probe is due immediately.
    RateLimiter(Clock& clock, QuotaStore& store, RateLimits limits, double polls_per_second = 0,
                std::optional<PortalHold> hold = std::nullopt);

    // Returns when one request may be sent. Errors: quota_exhausted immediately (retry_after: until the end of the
    // month, or until some of the quota may be spare), rate_limited immediately during a hold (retry_after: the rest of
    // it), and the store's. Throws operation_aborted when canceled; a request that was not sent is returned.
    //
    // A bounded request leaves the part that the polls need until the end of the month, or an equal share of the quota
    // for the remaining days if that is less: with a quota too small even for the polls (quota_stretch) bounded passes
    // are slow, but they make progress.
    Task<Result<>> admit(RequestRank rank = RequestRank::live);
    // Whether the quota currently has room for this many bounded requests. Errors: as admit().
    Task<Result<>> check_spare(std::uint64_t requests);
    // A request waits for the rate: more of them at once would not be faster.
    bool is_rate_short() const { return waiting_for_rate_ > 0; }
    // Less than a tenth of the month's quota is left. False before the month's first request.
    bool is_nearly_spent() const;

    // The portal's error response to an admitted request that was sent at `sent`. Returns the error to pass on: if the
    // portal requests a long wait, it contains when requests resume.
    // - quota_exhausted: nothing is sent before the end of the month, except for one request per day: the quota may
    //   have been raised, and this machine's clock may be in another month than the portal's.
    // - retry_after up to kWaitMax: nothing is sent for this long.
    // - longer: a hold begins or continues.
    Error heard(Error error, MonoTime sent);
    void answered(MonoTime sent);
    // Nothing is sent for this long.
    void slow_down(Duration pause);

    // A result is requested now: during a hold, one more probe is sent immediately.
    void allow_probe();
    // Until the next probe may be sent; std::nullopt: there is no hold.
    std::optional<Duration> until_probe() const;
    const std::optional<PortalHold>& hold() const { return hold_; }
    // Called when a hold has ended.
    void on_release(std::function<void()> callback) { released_ = std::move(callback); }

    // Receives the first failed request of each pass when it fails.
    using FailureListener = std::function<void(std::string_view stream, const Error& error)>;
    void on_failure(FailureListener callback) { failed_ = std::move(callback); }
    void report_failure(std::string_view stream, const Error& error) const {
        if (failed_) failed_(stream, error);
    }

    // Returns unused reservations. For a clean end.
    Task<Result<>> return_reserved();

    QuotaUse use() const { return {.month = month_, .count = count_, .limit = limits_.monthly_quota}; }

  private:
    Task<Result<>> count_one();
    Task<Result<>> reserve(std::string month);
    Task<Result<>> turn_to(std::string month);
    Duration until_admitted(RequestRank rank);
    Task<> wait_for_rate(Duration wait, RequestRank rank);
    Task<Result<>> load(std::string month);
    void end_reservation();
    void give_back(const std::string& month);
    bool take_probe();
    Error exhausted() const;
    Error held() const;
    bool is_parked() const;

    Clock& clock_;
    QuotaStore& store_;
    RateLimits limits_;
    double polls_per_second_;
    TokenBucket bucket_;
    MonoTime quiet_until_{};
    std::optional<PortalHold> hold_;
    bool probe_allowed_ = false;
    std::size_t waiting_for_rate_ = 0;
    std::size_t live_waiting_ = 0;  // of these, the live ones
    std::string month_;
    RequestCount count_;      // of month_: sent until now, and reserved
    RequestCount stored_;     // the same, as stored
    bool reserving_ = false;  // one reservation at a time
    Waiters waiting_;         // for its end
    std::string parked_month_;
    MonoTime parked_until_{};
    std::function<void()> released_;
    FailureListener failed_;
};

}  // namespace carecloud
