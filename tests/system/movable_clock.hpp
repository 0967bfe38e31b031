// A wall clock that a test moves under a running daemon, by libfaketime; the monotonic clock is unaffected, as when the
// system's time is set.
//
//     MovableClock clock;
//     Process daemon = site.start(clock.prepare());
//     clock.move(-7h);
//
// Used from one thread.
#pragma once

#include "support/temp_dir.hpp"

#include <chrono>
#include <functional>

namespace carecloud {

class MovableClock {
  public:
    MovableClock();

    // Whether libfaketime is installed and the programs can be preloaded with it.
    static bool is_there();

    // For Process: the child uses this clock.
    std::function<int()> prepare() const;
    // From now on the clock is ahead by this much (behind, if negative).
    void move(std::chrono::seconds offset) const;

  private:
    TempDir dir_;
};

}  // namespace carecloud
