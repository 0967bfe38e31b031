// The lanes of all wide loads and jobs of an engine. Each request that is under way counts, which bounds what the
// portal bears: retries of many pages are not sent all at once. Each page counts from before its request until it is
// stored, which bounds memory. With little of the month's quota left there is one lane, since ranges cost more requests
// than a walk. I/O thread only.
//
//     co_await lanes.until_free();
//     const Lanes::Turn turn(lanes);   // immediately afterwards
//     … request and store one page …
#pragma once

#include "base/clock.hpp"
#include "sync/limits/lane_limit.hpp"
#include "sync/limits/rate_limiter.hpp"

#include <cstddef>

namespace carecloud {

class Lanes {
    // Counts during its lifetime.
    class Count {
      public:
        Count(std::size_t& count, Waiters& freed) : count_(count), freed_(freed) { ++count_; }
        ~Count() {
            --count_;
            freed_.wake_all();
        }
        Count(const Count&) = delete;
        Count& operator=(const Count&) = delete;

      private:
        std::size_t& count_;
        Waiters& freed_;
    };

  public:
    // `most`: as for LaneLimit. The clock and the limiter outlive it.
    Lanes(Clock& clock, const RateLimiter& limiter, std::size_t most)
        : clock_(clock), limiter_(limiter), limit_(most) {}

    // Of a page.
    struct Turn : Count {
        explicit Turn(Lanes& lanes) : Count(lanes.pages_, lanes.freed_) {}
    };
    // Whether one more page may be requested.
    bool has_free() const { return requests_ < now() && pages_ < limit_.pages(); }
    // Throws operation_aborted when canceled.
    Task<> until_free();

    // Of a request, used by Fetcher. `small`: it costs the portal little.
    struct Sending : Count {
        explicit Sending(Lanes& lanes) : Count(lanes.requests_, lanes.freed_) {}
    };
    Task<> until_may_send(bool small);

    LaneLimit& limit() { return limit_; }
    std::size_t most() const { return limiter_.is_nearly_spent() ? 1 : limit_.most(); }

  private:
    std::size_t now() const { return limiter_.is_nearly_spent() ? 1 : limit_.now(); }

    Clock& clock_;
    const RateLimiter& limiter_;
    LaneLimit limit_;
    std::size_t pages_ = 0;
    std::size_t requests_ = 0;
    Waiters freed_;
};

}  // namespace carecloud
