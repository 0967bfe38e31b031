#include "runtime/system_clock.hpp"

#include <chrono>
#include <ctime>
#include <utility>

#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

namespace carecloud {
namespace {

namespace asio = boost::asio;
using std::chrono::steady_clock;

class SystemAlarm final : public Alarm {
  public:
    explicit SystemAlarm(asio::io_context& io) : timer_(io) {}

    Task<bool> wait_until(MonoTime deadline) override {
        if (take_wake()) co_return true;
        timer_.expires_at(steady_clock::time_point{deadline.since_origin});
        boost::system::error_code failure;
        auto token = asio::redirect_error(asio::use_awaitable, failure);
        co_await timer_.async_wait(std::move(token));
        // If canceled, keep a pending wake-up for the next wait.
        const auto state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none) {
            throw boost::system::system_error(asio::error::operation_aborted);
        }
        // Also if the deadline passed first and wake() was called before this line.
        if (take_wake()) co_return true;
        if (failure) throw boost::system::system_error(failure);
        co_return false;
    }

    void wake() override {
        woken_ = true;
        timer_.cancel();
    }

  private:
    bool take_wake() { return std::exchange(woken_, false); }

    asio::steady_timer timer_;
    bool woken_ = false;
};

}  // namespace

MonoTime SystemClock::now() const {
    return {std::chrono::duration_cast<Duration>(steady_clock::now().time_since_epoch())};
}

Duration SystemClock::since_boot() const {
    timespec at{};
    // Fails only if the kernel is older than 2.6.39.
    if (::clock_gettime(CLOCK_BOOTTIME, &at) != 0) return now().since_origin;
    return std::chrono::seconds(at.tv_sec) + std::chrono::nanoseconds(at.tv_nsec);
}

Timestamp SystemClock::wall() const {
    using Ticks = std::chrono::duration<std::int64_t, std::ratio<1, Timestamp::ticks_per_second>>;
    const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
    return Timestamp{std::chrono::floor<Ticks>(since_1970).count()};
}

std::unique_ptr<Alarm> SystemClock::make_alarm() {
    return std::make_unique<SystemAlarm>(io_);
}

}  // namespace carecloud
