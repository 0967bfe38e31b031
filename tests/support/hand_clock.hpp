// A Clock that stands still until the test sets it, for code that only reads the time: it has no alarms.
#pragma once

#include "base/clock.hpp"

#include <memory>
#include <stdexcept>
#include <utility>

namespace carecloud {

class HandClock : public Clock {
  public:
    explicit HandClock(boost::asio::any_io_executor executor, Timestamp wall = {})
        : executor_(std::move(executor)), wall_(wall) {}

    void set(Timestamp wall) { wall_ = wall; }

    MonoTime now() const override { return {Duration(wall_.ticks * 100)}; }
    Timestamp wall() const override { return wall_; }
    std::unique_ptr<Alarm> make_alarm() override { throw std::logic_error("a HandClock has no alarms"); }
    boost::asio::any_io_executor executor() override { return executor_; }

  private:
    boost::asio::any_io_executor executor_;
    Timestamp wall_;
};

}  // namespace carecloud
