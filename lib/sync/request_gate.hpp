// The one gate that every request to the portal goes through: rate, burst and monthly quota for all streams
// together, kept across restarts (promise 5; hazard 9).
//
// The month's requests are counted in the store before they are sent, in blocks, so that a crash can only
// make the count too high: never is a request sent that the store does not know of. I/O thread alone.
#pragma once

#include "core/clock.hpp"
#include "core/error.hpp"
#include "portal/token_bucket.hpp"
#include "store/store.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace carecloud {

struct RateLimits {
    double per_second = 5;
    std::uint32_t burst = 10;
    std::optional<std::uint64_t> monthly_quota{};  // requests a month (UTC); none: not limited on our side
};

// What a request is for. A backfill or a reconciliation may take of a month's quota only what the live passes, their
// events included, do not need (RequestGate::admit).
enum class RequestRank { live, bounded };

struct QuotaUse {
    std::string month;                   // "2024-03"
    std::uint64_t used = 0;              // sent, or set aside by a life that crashed
    std::optional<std::uint64_t> limit;  // the configured one
};

class RequestGate {
  public:
    // `polls_per_second`: the requests that all streams' polls need at their configured intervals.
    RequestGate(Clock& clock, Store& store, RateLimits limits, double polls_per_second = 0);

    // Returns when one request may be sent. Errors: quota_exhausted at once (retry_after: until the month
    // turns, or until some of it may be spare), and the store's. Throws operation_aborted when cancelled; what was not
    // sent is given back.
    //
    // A bounded request leaves what the polls need until the month turns, or an even share of the quota for the days
    // that are left where that is less: with a quota too small for the polls themselves (quota_stretch) bounded passes
    // are slow, but they go on.
    Task<Result<>> admit(RequestRank rank = RequestRank::live);
    // Whether the quota has room for so many bounded requests just now. Errors: as admit().
    Task<Result<>> check_spare(std::uint64_t requests);

    // The portal said "too many": nobody sends for this long.
    void slow_down(Duration pause);
    // The portal said that the quota is spent: nobody sends before the month turns, but for one look a day: the quota
    // may have been raised, and this machine's clock may be in another month than the portal's.
    void park();
    // Gives back what was set aside and not sent. For a clean end, and where the month turns.
    Task<Result<>> settle();

    QuotaUse use() const;

  private:
    Task<Result<>> count_one();
    Error exhausted() const;
    bool is_parked() const;

    // Requests counted in the store at once: a commit for so many requests, lost at most so many by a crash.
    static constexpr std::int64_t kBlock = 64;

    Clock& clock_;
    Store& store_;
    RateLimits limits_;
    double polls_per_second_;
    TokenBucket bucket_;
    MonoTime quiet_until_{};
    std::string month_;
    std::uint64_t counted_ = 0;  // in the store, for month_
    std::int64_t aside_ = 0;     // of these, not sent yet
    std::string parked_month_;
    MonoTime parked_until_{};
};

}  // namespace carecloud
