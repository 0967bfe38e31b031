#include "runtime/service_manager.hpp"

#include "runtime/text.hpp"

#include <csignal>
#include <cstdint>
#include <ctime>
#include <string>
#include <utility>

#include <boost/asio/signal_set.hpp>
#include <systemd/sd-daemon.h>

namespace carecloud {
namespace {

void mask_reloads(int how) {
    sigset_t reloads{};
    sigemptyset(&reloads);
    sigaddset(&reloads, SIGHUP);
    pthread_sigmask(how, &reloads, nullptr);
}

void send(const std::string& state) {
    ::sd_notify(0, state.c_str());
}

// Escapes line breaks, which would start another assignment.
std::string status_line(std::string_view text) {
    return "STATUS=" + printable(text);
}

}  // namespace

struct Signals::State : std::enable_shared_from_this<Signals::State> {
    State(boost::asio::io_context& io, SignalHandlers wanted)
        : handlers(std::move(wanted)), set(io, SIGTERM, SIGINT, SIGHUP) {}

    void listen() {
        // When close() is called, a signal's handler may already be queued: hence the shared state and the second
        // check.
        set.async_wait([self = shared_from_this()](const boost::system::error_code& failure, int number) {
            if (failure || self->closed) return;
            self->dispatch(number);
            if (!self->closed) self->listen();
        });
    }

    void dispatch(int number) const {
        if (number == SIGHUP) {
            if (handlers.reload) handlers.reload();
        } else if (handlers.stop) {
            handlers.stop(number);
        }
    }

    SignalHandlers handlers;
    boost::asio::signal_set set;
    bool closed = false;
};

Signals::Signals(boost::asio::io_context& io, SignalHandlers handlers)
    : state_(std::make_shared<State>(io, std::move(handlers))) {
    state_->listen();
    mask_reloads(SIG_UNBLOCK);
}

Signals::~Signals() {
    close();
}

void Signals::close() {
    if (std::exchange(state_->closed, true)) return;
    hold_reloads();
    boost::system::error_code ignored;
    state_->set.cancel(ignored);
    state_->set.clear(ignored);
}

void hold_reloads() {
    mask_reloads(SIG_BLOCK);
}

void ignore_broken_pipes() {
    std::signal(SIGPIPE, SIG_IGN);
}

void Notify::ready(std::string_view status) {
    send("READY=1\n" + status_line(status));
}

void Notify::reloading() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    const std::int64_t now_us = static_cast<std::int64_t>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1'000;
    send("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(now_us));
}

void Notify::stopping(std::string_view status) {
    send("STOPPING=1\n" + status_line(status));
}

void Notify::status(std::string_view text) {
    send(status_line(text));
}

void Notify::watchdog() {
    send("WATCHDOG=1");
}

std::optional<Duration> Notify::watchdog_interval() const {
    std::uint64_t limit_us = 0;
    if (::sd_watchdog_enabled(0, &limit_us) <= 0) return std::nullopt;
    return std::chrono::microseconds{static_cast<std::int64_t>(limit_us / 2)};
}

}  // namespace carecloud
