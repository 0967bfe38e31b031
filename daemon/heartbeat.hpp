// Feeds systemd's watchdog (WatchdogSec=) as long as the service makes progress of its own: this thread runs, the
// store's writer answers, and no stream slept past its hour. A portal or a disk that fails is an outage, never a hang.
//
// I/O thread alone.
#pragma once

#include "base/clock.hpp"
#include "engine_slot.hpp"
#include "runtime/notify.hpp"
#include "store/inbox.hpp"

#include <memory>

namespace carecloud {

class Heartbeat {
  public:
    // All of these outlive run(). `engine` is looked at anew for each beat, and may be null.
    Heartbeat(Clock& clock, Notify& notify, Inbox& inbox, const EngineSlot& engine);

    // Until stop(); returns at once where nobody watches.
    Task<> run();
    void stop();

  private:
    Clock& clock_;
    Notify& notify_;
    Inbox& inbox_;
    const EngineSlot& engine_;
    std::unique_ptr<Alarm> alarm_;
    bool stopped_ = false;
};

}  // namespace carecloud
