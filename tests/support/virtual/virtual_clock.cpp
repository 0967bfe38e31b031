#include "support/virtual/virtual_clock.hpp"

#include <utility>

#include <boost/asio/experimental/channel.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace carecloud {

namespace asio = boost::asio;

// Waits on a channel that never receives and is canceled at the deadline, so canceling the coroutine works as with a
// real timer. An Asio timer would ask the kernel at each step whether it has expired.
class VirtualAlarm : public Alarm {
  public:
    explicit VirtualAlarm(VirtualClock& clock) : clock_(clock), channel_(clock.io_) {}
    ~VirtualAlarm() override { leave(); }

    Task<bool> wait_until(MonoTime deadline) override {
        if (woken_) {
            woken_ = false;
            co_return true;
        }
        if (deadline <= clock_.now()) co_return false;
        entry_ = clock_.sleepers_.emplace(deadline, this);
        sleeping_ = true;
        rang_ = false;
        boost::system::error_code ignored;  // always canceled: by the clock, by wake(), or with the coroutine
        co_await channel_.async_receive(asio::redirect_error(asio::use_awaitable, ignored));
        leave();
        if (!woken_ && !rang_) throw boost::system::system_error(asio::error::operation_aborted);
        if (clock_.woken_) clock_.woken_();
        co_return std::exchange(woken_, false);
    }

    void wake() override {
        woken_ = true;
        channel_.cancel();
    }

    void ring() {
        leave();
        rang_ = true;
        channel_.cancel();
    }

  private:
    void leave() {
        if (sleeping_) clock_.sleepers_.erase(entry_);
        sleeping_ = false;
    }

    VirtualClock& clock_;
    asio::experimental::channel<void(boost::system::error_code)> channel_;
    VirtualClock::Sleepers::iterator entry_{};
    bool sleeping_ = false;
    bool woken_ = false;
    bool rang_ = false;
};

std::unique_ptr<Alarm> VirtualClock::make_alarm() {
    return std::make_unique<VirtualAlarm>(*this);
}

void VirtualClock::poll() {
    io_.restart();
    io_.poll();
}

void VirtualClock::advance_to(MonoTime deadline) {
    now_ = deadline;
    if (watcher_) watcher_(wall());
}

void VirtualClock::wake_first() {
    VirtualAlarm* first = sleepers_.begin()->second;
    if (const MonoTime deadline = sleepers_.begin()->first; deadline > now_) advance_to(deadline);
    first->ring();
}

bool VirtualClock::run_until(const std::function<bool()>& done) {
    for (;;) {
        poll();
        if (done()) return true;
        if (sleepers_.empty() || sleepers_.begin()->first == never) return false;
        wake_first();
    }
}

bool VirtualClock::step(MonoTime limit) {
    io_.restart();
    if (io_.poll_one() > 0) return true;
    if (!sleepers_.empty() && sleepers_.begin()->first <= limit) {
        wake_first();
        return true;
    }
    if (now_ < limit) advance_to(limit);
    return false;
}

void VirtualClock::run_for(Duration span) {
    const MonoTime end = now_ + span;
    poll();
    while (!sleepers_.empty() && sleepers_.begin()->first <= end) {
        wake_first();
        poll();
    }
    advance_to(end);
    poll();
}

}  // namespace carecloud
