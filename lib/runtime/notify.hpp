// What the service reports to systemd (sd_notify(3)). Outside systemd ($NOTIFY_SOCKET not set) every call does
// nothing.
//
//     Notify notify;
//     notify.ready("3 streams");
//
// systemd 252 knows no Type=notify-reload: with Type=notify, reloading() and then ready() frame a reload.
// Safe on any thread. Failures are ignored: there is nowhere to report them.
#pragma once

#include "base/clock.hpp"

#include <optional>
#include <string_view>

namespace carecloud {

class Notify {
  public:
    void ready(std::string_view status);
    void reloading();
    void stopping(std::string_view status);
    // A line for `systemctl status`.
    void status(std::string_view text);

    // To be called at least once every watchdog_interval(): it proves progress of the engine, never the
    // portal's health.
    void watchdog();
    // Half of what systemd allows (WatchdogSec=), as sd_watchdog_enabled(3) advises. None: nobody watches.
    std::optional<Duration> watchdog_interval() const;
};

}  // namespace carecloud
