// Shows this daemon in the list of those on the store, until it ends. Failures are not reported: a store that cannot be
// written to is noticed elsewhere, and the daemon is listed again when it can be. I/O thread only.
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

    // Both outlive it. It begins as a standby.
    Heartbeat(Clock& clock, Peers& peers, Daemon self)
        : clock_(clock), peers_(peers), self_(std::move(self)), alarm_(clock.make_alarm()) {}

    // Until stop(); then the daemon is withdrawn.
    Task<> run();
    void stop();
    // Announced at once.
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
