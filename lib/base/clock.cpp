#include "base/clock.hpp"

namespace carecloud {

Task<> Clock::sleep(Duration span) {
    if (span <= Duration::zero()) co_return;
    const auto alarm = make_alarm();
    const MonoTime deadline = now() + span;
    co_await alarm->wait_until(deadline);
}

namespace {

// A busy thread may wake it late, and never this late.
constexpr std::chrono::minutes kOverdueAfter{1};

}  // namespace

Task<> WatchedSleep::until(MonoTime deadline) {
    wakes_at_ = deadline;
    co_await alarm_->wait_until(deadline);
    wakes_at_ = Clock::never;
}

bool WatchedSleep::is_overdue() const {
    return wakes_at_ != Clock::never && clock_.now() - wakes_at_ > kOverdueAfter;
}

}  // namespace carecloud
