// The Clock seam: real in the daemon, virtual in simulation. The engine takes every instant and every pause
// from here and never from std::chrono::…::now(), so that a month of its life can be lived in a second.
//
// All of it is used from the I/O thread alone.
#pragma once

#include "base/timestamp.hpp"

#include <chrono>
#include <cstddef>
#include <list>
#include <memory>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace carecloud {

// A coroutine on the I/O thread. A canceled one (asio cancellation, terminal) ends by
// boost::system::system_error with operation_aborted out of whatever it waits for, unless that thing says
// otherwise.
template <class T = void>
using Task = boost::asio::awaitable<T>;

// One waiter at a time: sleeps until its deadline or until woken. A wake-up with nobody waiting is kept for the
// next wait, so that none is lost between a check and the wait.
class Alarm {
  public:
    Alarm() = default;
    Alarm(const Alarm&) = delete;
    Alarm& operator=(const Alarm&) = delete;
    virtual ~Alarm() = default;

    // True: woken. False: the deadline passed. Throws operation_aborted when the coroutine is canceled.
    virtual Task<bool> wait_until(MonoTime deadline) = 0;
    virtual void wake() = 0;
};

class Clock {
  public:
    static constexpr MonoTime never{Duration::max()};

    Clock() = default;
    Clock(const Clock&) = delete;
    Clock& operator=(const Clock&) = delete;
    virtual ~Clock() = default;

    virtual MonoTime now() const = 0;
    // CLOCK_BOOTTIME: like now(), and time in which the machine is suspended counts. From another origin.
    virtual Duration since_boot() const { return now().since_origin; }
    // For display, for quota months, and as one of the clocks that tell the portal's time: it may jump.
    virtual Timestamp wall() const = 0;
    virtual std::unique_ptr<Alarm> make_alarm() = 0;
    virtual boost::asio::any_io_executor executor() = 0;

    // Sleeps for `span` (none if negative). Throws operation_aborted when canceled.
    Task<> sleep(Duration span);
};

// Those who wait for one thing, such as the end of what another one does.
//
//     co_await waiters.wait(clock);     // or, with a deadline: Waiters::Registration one(waiters, clock); one.until(…)
//     waiters.wake_all();
//
// Waits may outlive it: nobody wakes them then. I/O thread alone.
class Waiters {
  public:
    // One who waits, for as long as it lives: a wake-up before until() is not lost. The clock outlives it.
    class Registration {
      public:
        Registration(Waiters& waiters, Clock& clock);
        ~Registration();
        Registration(const Registration&) = delete;
        Registration& operator=(const Registration&) = delete;

        // As Alarm::wait_until.
        Task<bool> until(MonoTime deadline) { return alarm_->wait_until(deadline); }

      private:
        std::shared_ptr<std::list<Alarm*>> alarms_;
        std::unique_ptr<Alarm> alarm_;
        std::list<Alarm*>::iterator at_;
    };

    // Throws operation_aborted when canceled.
    Task<> wait(Clock& clock);
    void wake_all();
    std::size_t count() const { return alarms_->size(); }

  private:
    std::shared_ptr<std::list<Alarm*>> alarms_ = std::make_shared<std::list<Alarm*>>();
};

// A sleep until a deadline, or until woken, that knows when it has lasted far beyond the deadline: a fault of this
// program (Engine::overdue). I/O thread alone.
class WatchedSleep {
  public:
    // The clock outlives it.
    explicit WatchedSleep(Clock& clock) : clock_(clock), alarm_(clock.make_alarm()) {}

    // `deadline` may be Clock::never.
    Task<> until(MonoTime deadline);
    void wake() { alarm_->wake(); }
    bool is_overdue() const;

  private:
    Clock& clock_;
    std::unique_ptr<Alarm> alarm_;
    MonoTime wakes_at_ = Clock::never;  // while it lasts
};

}  // namespace carecloud
