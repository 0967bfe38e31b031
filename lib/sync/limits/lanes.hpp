// How many requests of wide loads may be under way at once (LaneLimit), and the count of those that are (Lanes).
#pragma once

#include "base/clock.hpp"
#include "sync/limits/rate_limiter.hpp"

#include <cstddef>

namespace carecloud {

// How many requests of wide loads may be under way at once: as many as make them faster, and no more than the portal
// bears (DESIGN.md, "Wide loads"). Starts with a few and doubles as long as the responses per second grow. After a
// refusal for load there are a third fewer; after responses that take longer in proportion, as many as before. Each
// further attempt comes later. Pure.
//
//     LaneLimit limit(12);
//     if (requests < limit.now()) …              // one more may be sent
//     limit.answered(clock.now(), took, bytes);  // with each response
//     limit.refused(clock.now(), sent);          // 429, 5xx, refused connections, or no response in time
class LaneLimit {
  public:
    static constexpr std::size_t kDefault = 12;
    static constexpr std::size_t kMax = 100;  // of portal.lanes
    // All lanes' responses together have no more bytes than this, judged by the last ones.
    static constexpr std::size_t kBytesInFlight = std::size_t{48} * 1024 * 1024;

    // `most`: portal.lanes, 1 to kMax.
    explicit LaneLimit(std::size_t most);

    std::size_t most() const { return most_; }
    std::size_t now() const;
    // How many pages may be in memory: one is stored while the others are requested. At least two, and otherwise within
    // kBytesInFlight.
    std::size_t pages() const;
    // As now(), for requests that cost the portal little, such as those for single keys that prove a dialect: more,
    // until the portal has refused one.
    std::size_t now_for_small() const;
    // A single request took this long, with no other under way: several at once are compared with it.
    void answered_alone(Duration took, std::size_t bytes);
    // A response with this many bytes arrived at `at` for a request that was sent `took` before.
    void answered(MonoTime at, Duration took, std::size_t bytes);
    // The portal refused a request sent at `sent` because of its load.
    void refused(MonoTime at, MonoTime sent);

  private:
    void begin_round(MonoTime at, std::size_t lanes);
    void hold(MonoTime at);

    std::size_t most_;
    std::size_t lanes_;
    std::size_t largest_bytes_ = 0;
    bool was_refused_ = false;
    MonoTime round_began_{};
    std::size_t answers_ = 0;     // of this round
    MonoTime counted_from_{};     // when the first of these was requested
    MonoTime last_at_{};          // when the last response arrived
    std::size_t best_lanes_ = 0;  // fewer lanes than now that were nearly as fast as any; 0: unknown
    double best_rate_ = 0;        // their responses per second
    MonoTime held_until_{};       // no more lanes before
    Duration hold_;
};

// The lanes of all wide loads and jobs of an engine. Each request that is under way counts, which bounds what the
// portal bears: retries of many pages are not sent all at once. Each page counts from before its request until it is
// stored, which bounds memory. With little of the month's quota left there is one lane, since ranges cost more requests
// than a walk. I/O thread only.
//
//     co_await lanes.until_free();
//     const Lanes::Turn turn(lanes);   // immediately afterwards
//     … request and store one page …
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
