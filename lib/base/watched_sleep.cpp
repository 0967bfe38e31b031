#include "base/watched_sleep.hpp"

namespace carecloud {
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
