// A sleep until a deadline, or until woken, that knows when it has lasted far beyond the deadline: a fault of this
// program (Engine::overdue). I/O thread alone.
#pragma once

#include "base/clock.hpp"

#include <memory>

namespace carecloud {

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
