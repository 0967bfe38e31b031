#include "api/change_feed.hpp"

#include <algorithm>
#include <memory>

namespace carecloud {

namespace {

constexpr std::chrono::seconds kWaitEnds{50};

}  // namespace

Duration wait_for_proxies(Duration asked) {
    return std::min<Duration>(asked, kWaitEnds);
}

// A waiter's entry, gone however its coroutine ends.
class ChangeFeed::Place {
  public:
    Place(std::list<Waiter>& waiters, Waiter waiter)
        : waiters_(waiters), at_(waiters.insert(waiters.end(), waiter)) {}
    ~Place() { waiters_.erase(at_); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

  private:
    std::list<Waiter>& waiters_;
    std::list<Waiter>::iterator at_;
};

void ChangeFeed::announce(std::uint64_t newest_seq) {
    newest_ = std::max(newest_, newest_seq);
    for (const Waiter& waiter : waiters_) {
        if (waiter.since < newest_) waiter.alarm->wake();
    }
}

void ChangeFeed::close() {
    closed_ = true;
    for (const Waiter& waiter : waiters_)
        waiter.alarm->wake();
}

Task<bool> ChangeFeed::wait_beyond(std::uint64_t since, MonoTime until) {
    if (closed_ || newest_ > since) co_return !closed_;
    const std::unique_ptr<Alarm> alarm = clock_.make_alarm();
    const Place place(waiters_, Waiter{since, alarm.get()});
    while (!closed_ && newest_ <= since) {
        const bool woken = co_await alarm->wait_until(until);
        if (!woken) co_return false;
    }
    co_return !closed_;
}

}  // namespace carecloud
