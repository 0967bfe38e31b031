#include "runtime/signals.hpp"

#include <csignal>
#include <utility>

#include <boost/asio/signal_set.hpp>

namespace carecloud {
namespace {

void mask_reloads(int how) {
    sigset_t reloads{};
    sigemptyset(&reloads);
    sigaddset(&reloads, SIGHUP);
    pthread_sigmask(how, &reloads, nullptr);
}

}  // namespace

struct Signals::State : std::enable_shared_from_this<Signals::State> {
    State(boost::asio::io_context& io, SignalHandlers wanted)
        : handlers(std::move(wanted)), set(io, SIGTERM, SIGINT, SIGHUP) {}

    void listen() {
        // A signal may already be on its way to the handler when close() is called: hence shared, and checked
        // again.
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

}  // namespace carecloud
