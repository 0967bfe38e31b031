#include "heartbeat.hpp"

namespace carecloud {

Heartbeat::Heartbeat(Clock& clock, Notify& notify, Inbox& inbox, const EngineSlot& engine)
    : clock_(clock), notify_(notify), inbox_(inbox), engine_(engine), alarm_(clock.make_alarm()) {}

Task<> Heartbeat::run() {
    const std::optional<Duration> every = notify_.watchdog_interval();
    if (!every) co_return;
    while (!stopped_) {
        // What the writer answers is of no interest, and an error is an answer; only that it comes is.
        auto asking = inbox_.count_open();
        const auto answered = co_await std::move(asking);
        static_cast<void>(answered);
        const bool overdue = engine_ && engine_->overdue();
        if (!overdue) notify_.watchdog();
        const MonoTime next = clock_.now() + *every;
        if (!stopped_) co_await alarm_->wait_until(next);
    }
}

void Heartbeat::stop() {
    stopped_ = true;
    alarm_->wake();
}

}  // namespace carecloud
