// A Clock that runs as fast as possible: the io_context is polled until nothing is ready, then the clock jumps to the
// deadline of the next sleeper. A month of five-minute polls takes milliseconds.
//
//     asio::io_context io;
//     VirtualClock clock(io, start);
//     asio::co_spawn(io, engine.run(), …);
//     clock.run_for(24h);
#pragma once

#include "base/clock.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>

#include <boost/asio/io_context.hpp>

namespace carecloud {

class VirtualAlarm;

class VirtualClock : public Clock {
  public:
    // `wall_shift`: how far the wall clock is ahead of the simulated world's time `start`.
    VirtualClock(boost::asio::io_context& io, Timestamp start, Duration wall_shift = {})
        : io_(io), start_(start), wall_shift_(wall_shift) {}

    MonoTime now() const override { return now_; }
    Duration since_boot() const override { return now_.since_origin + suspended_; }
    Timestamp wall() const override { return start_ + now_.since_origin + wall_shift_; }
    std::unique_ptr<Alarm> make_alarm() override;
    boost::asio::any_io_executor executor() override { return io_.get_executor(); }

    // Runs until `done` returns true, or until nothing is ready or sleeping. Returns false if `done` never returned
    // true.
    bool run_until(const std::function<bool()>& done);
    // Runs everything that happens within the span, and stops at its end.
    void run_for(Duration span);
    // Runs one ready handler or, if none is ready, wakes the first sleeper up to `limit`. Returns false if nothing is
    // left to do until `limit`, which then is the current time. For callers that kill a process between any two
    // handlers.
    bool step(MonoTime limit);

    // When the first sleeper wakes; `never`: none does.
    MonoTime next_wake() const { return sleepers_.empty() ? never : sleepers_.begin()->first; }

    // Advances the time without waking sleepers: those whose deadline has passed are late.
    void oversleep(Duration span) { advance_to(now_ + span); }

    // Makes the wall clock jump; the monotonic clock is unaffected (hazard 19).
    void shift_wall(Duration by) { wall_shift_ += by; }
    // Suspends the machine: CLOCK_BOOTTIME and the wall clock advance, the monotonic clock does not.
    void suspend(Duration span) {
        suspended_ += span;
        shift_wall(span);
    }
    // Called with each new time, before its sleepers wake, to advance the simulated world.
    void on_advance(std::function<void(Timestamp)> watcher) { watcher_ = std::move(watcher); }
    // Called at the end of each sleep, in the coroutine that slept; an exception from it is thrown by the sleep.
    void on_wake(std::function<void()> hook) { woken_ = std::move(hook); }

  private:
    friend class VirtualAlarm;
    using Sleepers = std::multimap<MonoTime, VirtualAlarm*>;

    void poll();
    void advance_to(MonoTime deadline);
    void wake_first();

    boost::asio::io_context& io_;
    Timestamp start_;
    MonoTime now_{};
    Duration wall_shift_;
    Duration suspended_{0};
    Sleepers sleepers_;
    std::function<void(Timestamp)> watcher_;
    std::function<void()> woken_;
};

}  // namespace carecloud
