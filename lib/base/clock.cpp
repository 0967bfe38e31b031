#include "base/clock.hpp"

namespace carecloud {

Task<> Clock::sleep(Duration span) {
    if (span <= Duration::zero()) co_return;
    const auto alarm = make_alarm();
    const MonoTime deadline = now() + span;
    co_await alarm->wait_until(deadline);
}

namespace {

// A busy I/O thread may wake a sleeper late, but never by this much.
constexpr std::chrono::minutes kOverdueAfter{1};

}  // namespace

Waiters::Registration::Registration(Waiters& waiters, Clock& clock)
    : alarms_(waiters.alarms_),
      alarm_(clock.make_alarm()),
      at_(alarms_->insert(alarms_->end(), alarm_.get())) {}

Waiters::Registration::~Registration() {
    alarms_->erase(at_);
}

Task<> Waiters::wait(Clock& clock) {
    Registration registration(*this, clock);
    co_await registration.until(Clock::never);
}

void Waiters::wake_all() {
    for (Alarm* const alarm : *alarms_)
        alarm->wake();
}

Task<> WatchedSleep::until(MonoTime deadline) {
    wakes_at_ = deadline;
    co_await alarm_->wait_until(deadline);
    wakes_at_ = Clock::never;
}

bool WatchedSleep::is_overdue() const {
    return wakes_at_ != Clock::never && clock_.now() - wakes_at_ > kOverdueAfter;
}

}  // namespace carecloud
