// The signals that operators and systemd send, brought to the I/O thread.
//
//     Signals signals(io, {.stop = [&](int) { service.stop(); }, .reload = [&] { service.reload(); }});
//
// Handlers run on the I/O thread, one at a time, as often as a signal comes. While it lives it keeps the
// io_context running; destroying it (or close()) ends that, and gives SIGTERM and SIGINT their default meaning
// again, while a SIGHUP waits.
#pragma once

#include <functional>
#include <memory>

#include <boost/asio/io_context.hpp>

namespace carecloud {

struct SignalHandlers {
    std::function<void(int number)> stop;  // SIGTERM, SIGINT; a second one comes through too
    std::function<void()> reload;          // SIGHUP
};

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

}  // namespace carecloud
