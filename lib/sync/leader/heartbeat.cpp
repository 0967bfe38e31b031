#include "sync/leader/heartbeat.hpp"

namespace carecloud {

Task<> Heartbeat::run() {
    while (!stopped_) {
        const MonoTime next = clock_.now() + kEvery;
        auto announcing = peers_.announce(self_);
        co_await std::move(announcing);
        if (!stopped_) co_await alarm_->wait_until(next);
    }
    auto withdrawing = peers_.withdraw(self_.id);
    co_await std::move(withdrawing);
}

void Heartbeat::stop() {
    stopped_ = true;
    alarm_->wake();
}

void Heartbeat::set_role(DaemonRole role) {
    if (std::exchange(self_.role, role) != role) alarm_->wake();
}

}  // namespace carecloud
