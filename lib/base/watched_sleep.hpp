// A sleep until an hour, or until somebody wakes the sleeper, that knows when it has lasted far beyond its hour: a
// fault of this program (Engine::overdue). I/O thread alone.
#pragma once

#include "base/clock.hpp"

#include <memory>

namespace carecloud {

class WatchedSleep {
  public:
    // The clock outlives it.
    explicit WatchedSleep(Clock& clock) : clock_(clock), alarm_(clock.make_alarm()) {}

    // `hour` may be Clock::never.
    Task<> until(MonoTime hour);
    void wake() { alarm_->wake(); }
    bool is_overdue() const;

  private:
    Clock& clock_;
    std::unique_ptr<Alarm> alarm_;
    MonoTime wakes_at_ = Clock::never;  // while it lasts
};

}  // namespace carecloud
