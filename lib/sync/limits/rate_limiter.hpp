// What every request to the portal goes through: rate, burst and monthly quota for all streams together, and the waits
// that the portal asks for (promise 5; hazards 9 and 34).
//
//     CO_TRY(limiter.admit());
//     const MonoTime sent = clock.now();
//     Result<PagePtr> answer = co_await portal.query(…);
//     if (!answer) co_return limiter.heard(answer.error(), sent);
//     limiter.answered(sent);
//
// The month's requests are reserved in the store before they are sent, some at a time, so that a crash can only make
// the count too high. I/O thread alone.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "model/stream.hpp"
#include "store/store.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

// The portal's steady rate and burst, kept on our side (promise 5): a token bucket as API Gateway has one. Pure.
class TokenBucket {
  public:
    // Starts empty: a daemon that is restarted again and again must not win a burst each time.
    TokenBucket(double per_second, std::uint32_t burst, MonoTime now);

    // Takes one token and returns zero, or takes none and returns how long to wait before asking again.
    Duration take(MonoTime now);

  private:
    double per_second_;
    double burst_;
    double tokens_ = 0;
    MonoTime filled_at_;
};

struct RateLimits {
    double per_second = 5;
    std::uint32_t burst = 10;
    std::optional<std::uint64_t> monthly_quota{};  // requests a month (UTC); none: not limited on our side
};

// What a request is for. A backfill or a reconciliation may take of a month's quota only what the live passes, their
// events included, do not need (RateLimiter::admit).
enum class RequestRank { live, bounded };

struct QuotaUse {
    std::string month{};  // "2024-03"; empty: nothing was asked for yet
    RequestCount count{};
    std::optional<std::uint64_t> limit{};  // the configured one
};

// The portal asked for a wait of more than RateLimiter::kWaitMax: nobody sends but one probe at a time.
struct PortalHold {
    MonoTime since{};
    MonoTime until{};        // what the portal asked for
    MonoTime probe_at{};     // when the next probe may be sent
    std::size_t probes = 0;  // that were sent by the schedule
};

class RateLimiter {
  public:
    // A longer wait is not waited for: passes end, and probes look whether it is really meant.
    static constexpr std::chrono::seconds kWaitMax{60};

    // `polls_per_second`: the requests that all streams' polls need at their configured intervals. `hold`: what an
    // earlier limiter on the same portal knew; its next probe is due at once.
    RateLimiter(Clock& clock, QuotaStore& store, RateLimits limits, double polls_per_second = 0,
                std::optional<PortalHold> hold = std::nullopt);

    // Returns when one request may be sent. Errors: quota_exhausted at once (retry_after: until the month
    // turns, or until some of it may be spare), rate_limited at once during a hold (retry_after: what is left of
    // it), and the store's. Throws operation_aborted when canceled; what was not sent is given back.
    //
    // A bounded request leaves what the polls need until the month turns, or an even share of the quota for the days
    // that are left where that is less: with a quota too small for the polls themselves (quota_stretch) bounded passes
    // are slow, but they go on.
    Task<Result<>> admit(RequestRank rank = RequestRank::live);
    // Whether the quota has room for so many bounded requests just now. Errors: as admit().
    Task<Result<>> check_spare(std::uint64_t requests);

    // What the portal answered to a request that was admitted, and sent at `sent`. The error as it is to be passed on:
    // where the portal asks for a long wait it says when requests go on.
    //   quota_exhausted: nobody sends before the month turns, but for one look a day: the quota may have been raised,
    //     and this machine's clock may be in another month than the portal's.
    //   retry_after up to kWaitMax: nobody sends for this long.
    //   longer: a hold begins or goes on.
    Error heard(Error error, MonoTime sent);
    void answered(MonoTime sent);
    // Nobody sends for this long.
    void slow_down(Duration pause);

    // Somebody wants to know now: during a hold, one probe more is sent at once.
    void allow_probe();
    // Until the next probe may be sent; none: there is no hold.
    std::optional<Duration> until_probe() const;
    const std::optional<PortalHold>& hold() const { return hold_; }
    // Called when a hold has ended.
    void on_release(std::function<void()> callback) { released_ = std::move(callback); }

    // Told of the first failed request of each pass, as it fails.
    using FailureListener = std::function<void(std::string_view stream, const Error& error)>;
    void on_failure(FailureListener callback) { failed_ = std::move(callback); }
    void report_failure(std::string_view stream, const Error& error) const {
        if (failed_) failed_(stream, error);
    }

    // Gives back what was reserved and not sent. For a clean end.
    Task<Result<>> return_reserved();

    QuotaUse use() const { return {.month = month_, .count = count_, .limit = limits_.monthly_quota}; }

  private:
    Task<Result<>> count_one();
    Task<Result<>> reserve(std::string month);
    Task<Result<>> turn_to(std::string month);
    Task<Result<>> load(std::string month);
    Task<> wait_for_reservation();
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
    std::string month_;
    RequestCount count_;                         // of month_: what was sent until now, and what is set aside
    RequestCount stored_;                        // the same as it is in the store
    bool reserving_ = false;                     // one reservation at a time
    std::vector<std::weak_ptr<Alarm>> waiting_;  // for its end
    std::string parked_month_;
    MonoTime parked_until_{};
    std::function<void()> released_;
    FailureListener failed_;
};

}  // namespace carecloud
