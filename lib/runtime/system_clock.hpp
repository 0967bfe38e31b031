// The Clock seam over the operating system's clocks, for the daemon: CLOCK_MONOTONIC for intervals, CLOCK_BOOTTIME for
// intervals that include suspension, CLOCK_REALTIME for display, Asio's timers for pauses.
//
//     boost::asio::io_context io(1);
//     SystemClock clock(io);
//
// I/O thread only; must outlive the coroutines that use it.
#pragma once

#include "base/clock.hpp"

#include <memory>

#include <boost/asio/io_context.hpp>

namespace carecloud {

class SystemClock final : public Clock {
  public:
    explicit SystemClock(boost::asio::io_context& io) : io_(io) {}

    MonoTime now() const override;
    Duration since_boot() const override;
    Timestamp wall() const override;
    std::unique_ptr<Alarm> make_alarm() override;
    boost::asio::any_io_executor executor() override { return io_.get_executor(); }

  private:
    boost::asio::io_context& io_;
};

}  // namespace carecloud
