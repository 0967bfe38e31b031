// The interface to systemd or an operator: signals in, notifications out.
#pragma once

#include "base/clock.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include <boost/asio/io_context.hpp>

namespace carecloud {

struct SignalHandlers {
    std::function<void(int number)> stop;  // SIGTERM, SIGINT; also called for a second one
    std::function<void()> reload;          // SIGHUP
};

// Delivers the signals of operators and systemd to the I/O thread.
//
//     Signals signals(io, {.stop = [&](int) { service.stop(); }, .reload = [&] { service.reload(); }});
//
// Handlers run on the I/O thread, one at a time, once per signal. A Signals object keeps the io_context running.
// Destroying it (or close()) ends that and restores the default action of SIGTERM and SIGINT, whereas SIGHUP is
// blocked.
class Signals {
  public:
    // Throws boost::system::system_error if the process cannot handle the signals (a start-up failure).
    Signals(boost::asio::io_context& io, SignalHandlers handlers);
    ~Signals();
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;

    void close();

  private:
    struct State;
    std::shared_ptr<State> state_;
};

// Blocks SIGHUP until a Signals object exists, so it does not terminate the process: the store may take long to open.
// Call before the first thread is created, because threads inherit the signal mask.
void hold_reloads();

// Makes writing to a closed connection or pipe an error (EPIPE) instead of terminating the process.
void ignore_broken_pipes();

// Notifies systemd (sd_notify(3)). Outside systemd ($NOTIFY_SOCKET is not set), all calls do nothing.
//
//     Notify notify;
//     notify.ready("3 streams");
//
// systemd 252 does not support Type=notify-reload; with Type=notify, a reload is announced by reloading() and then
// ready(). Thread-safe. Failures are ignored: there is nowhere to report them.
class Notify {
  public:
    void ready(std::string_view status);
    void reloading();
    void stopping(std::string_view status);
    // A line for `systemctl status`.
    void status(std::string_view text);

    // Must be called at least once per watchdog_interval(). It proves progress of the engine, not the portal's health.
    void watchdog();
    // Half of the time allowed by systemd (WatchdogSec=), as sd_watchdog_enabled(3) recommends. std::nullopt if there
    // is no watchdog.
    std::optional<Duration> watchdog_interval() const;
};

}  // namespace carecloud
