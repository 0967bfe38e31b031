// A wall clock that a test moves under a running daemon, by libfaketime; the monotonic clock stays true, as it does
// where somebody sets the system's time.
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

    // Whether there is libfaketime, and the programs may be preloaded with it.
    static bool is_there();

    // For Process: the child lives by this clock.
    std::function<int()> prepare() const;
    // From now on it is that much later (earlier, where negative) than it is.
    void move(std::chrono::seconds offset) const;

  private:
    TempDir dir_;
};

}  // namespace carecloud
