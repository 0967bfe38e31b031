// Keeps this daemon in the list of daemons on the store. Failures are not reported: other calls notice a store that
// cannot be written, and the daemon is listed again once it can. I/O thread only.
#pragma once

#include "base/clock.hpp"
#include "store/peers.hpp"

#include <chrono>
#include <memory>
#include <utility>

namespace carecloud {

class Heartbeat {
  public:
    static constexpr Duration kEvery = std::chrono::seconds(2);

    // Both must outlive this object. The role is standby at first.
    Heartbeat(Clock& clock, Peers& peers, Daemon self)
        : clock_(clock), peers_(peers), self_(std::move(self)), alarm_(clock.make_alarm()) {}

    // Returns after stop(), when the daemon has been withdrawn.
    Task<> run();
    void stop();
    // Announces the new role immediately.
    void set_role(DaemonRole role);
    const Daemon& self() const { return self_; }

  private:
    Clock& clock_;
    Peers& peers_;
    Daemon self_;
    std::unique_ptr<Alarm> alarm_;
    bool stopped_ = false;
};

}  // namespace carecloud
