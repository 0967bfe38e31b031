// How systemd, or an operator, steers the process, and what it reports back: signals in, notifications out.
#pragma once

#include "base/clock.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include <boost/asio/io_context.hpp>

namespace carecloud {

struct SignalHandlers {
    std::function<void(int number)> stop;  // SIGTERM, SIGINT; a second one comes through too
    std::function<void()> reload;          // SIGHUP
};

// The signals that operators and systemd send, brought to the I/O thread.
//
//     Signals signals(io, {.stop = [&](int) { service.stop(); }, .reload = [&] { service.reload(); }});
//
// Handlers run on the I/O thread, one at a time, as often as a signal comes. While it lives it keeps the
// io_context running; destroying it (or close()) ends that, and gives SIGTERM and SIGINT their default meaning
// again, while a SIGHUP waits.
class Signals {
  public:
    // Throws boost::system::system_error where the process cannot take the signals (a start-up failure).
    Signals(boost::asio::io_context& io, SignalHandlers handlers);
    ~Signals();
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;

    void close();

  private:
    struct State;
    std::shared_ptr<State> state_;
};

// From here on a SIGHUP waits for Signals to be made, instead of ending the process: the store may take long to open.
// Before the first thread is made.
void hold_reloads();

// A peer or a log's reader that goes away is an error code (EPIPE), never the end of the process.
void ignore_broken_pipes();

// What the service reports to systemd (sd_notify(3)). Outside systemd ($NOTIFY_SOCKET not set) every call does
// nothing.
//
//     Notify notify;
//     notify.ready("3 streams");
//
// systemd 252 knows no Type=notify-reload: with Type=notify, reloading() and then ready() frame a reload.
// Safe on any thread. Failures are ignored: there is nowhere to report them.
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
