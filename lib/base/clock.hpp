// The Clock interface: real in the daemon, virtual in simulation. The engine takes every time and every pause from here
// and never from std::chrono::…::now(), so a simulated month runs in a second.
//
// I/O thread only.
#pragma once

#include "base/timestamp.hpp"

#include <chrono>
#include <cstddef>
#include <list>
#include <memory>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace carecloud {

// A coroutine on the I/O thread. If it is canceled (Asio cancellation, terminal), whatever it awaits throws
// boost::system::system_error with operation_aborted, unless the awaited operation documents otherwise.
template <class T = void>
using Task = boost::asio::awaitable<T>;

// A sleep until a deadline or until wake(); one waiter at a time. A wake-up that finds no waiter is kept for the next
// wait, so none is lost between a check and the wait.
class Alarm {
  public:
    Alarm() = default;
    Alarm(const Alarm&) = delete;
    Alarm& operator=(const Alarm&) = delete;
    virtual ~Alarm() = default;

    // Returns true if woken, false if the deadline passed. Throws operation_aborted if the coroutine is canceled.
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
    // CLOCK_BOOTTIME: like now(), but includes the time for which the machine is suspended. Its origin is not that of
    // now().
    virtual Duration since_boot() const { return now().since_origin; }
    // Wall-clock time: for display, for quota months, and as one of the clocks for estimating the portal's time. It may
    // jump.
    virtual Timestamp wall() const = 0;
    virtual std::unique_ptr<Alarm> make_alarm() = 0;
    virtual boost::asio::any_io_executor executor() = 0;

    // Sleeps for `span`; returns immediately if it is not positive. Throws operation_aborted if canceled.
    Task<> sleep(Duration span);
};

// Coroutines that wait for the same event, such as the completion of another coroutine.
//
//     co_await waiters.wait(clock);     // or, with a deadline: Waiters::Registration one(waiters, clock); one.until(…)
//     waiters.wake_all();
//
// A wait may outlive the Waiters object; then nothing wakes it. I/O thread only.
class Waiters {
  public:
    // A waiter, registered from construction to destruction: a wake-up before until() is not lost. The clock must
    // outlive it.
    class Registration {
      public:
        Registration(Waiters& waiters, Clock& clock);
        ~Registration();
        Registration(const Registration&) = delete;
        Registration& operator=(const Registration&) = delete;

        // See Alarm::wait_until.
        Task<bool> until(MonoTime deadline) { return alarm_->wait_until(deadline); }

      private:
        std::shared_ptr<std::list<Alarm*>> alarms_;
        std::unique_ptr<Alarm> alarm_;
        std::list<Alarm*>::iterator at_;
    };

    // Throws operation_aborted if canceled.
    Task<> wait(Clock& clock);
    void wake_all();
    std::size_t count() const { return alarms_->size(); }

  private:
    std::shared_ptr<std::list<Alarm*>> alarms_ = std::make_shared<std::list<Alarm*>>();
};

// A sleep until a deadline or until woken. It detects that it has lasted far beyond its deadline, which is a fault of
// this program (see Engine::overdue). I/O thread only.
class WatchedSleep {
  public:
    // The clock must outlive this object.
    explicit WatchedSleep(Clock& clock) : clock_(clock), alarm_(clock.make_alarm()) {}

    // `deadline` may be Clock::never.
    Task<> until(MonoTime deadline);
    void wake() { alarm_->wake(); }
    bool is_overdue() const;

  private:
    Clock& clock_;
    std::unique_ptr<Alarm> alarm_;
    MonoTime wakes_at_ = Clock::never;  // Clock::never unless asleep
};

// RAII increment of a counter, for the number of operations in progress: it is decremented however the coroutine ends.
//
//     const Counted one_more(messages_);
//
// Synchronization is up to the owner of the counter.
class Counted {
  public:
    // The counter must outlive this object.
    explicit Counted(std::size_t& count) : count_(count) { ++count_; }
    ~Counted() { --count_; }
    Counted(const Counted&) = delete;
    Counted& operator=(const Counted&) = delete;

  private:
    std::size_t& count_;
};

}  // namespace carecloud
