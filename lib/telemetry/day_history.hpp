// What came in the last 24 hours, by quarters of an hour, for the status page's plot. In memory alone: it begins with
// the process. I/O thread alone.
//
//     day.count_changes(12, clock.now());
//     for (const DayHistory::Quarter& quarter : day.last(clock.now())) …    // the oldest first
#pragma once

#include "base/clock.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace carecloud {

class DayHistory {
  public:
    struct Quarter {
        std::uint64_t changes = 0;
        std::uint64_t events = 0;
        std::uint64_t passes = 0;
        std::uint64_t failed = 0;  // of the passes
    };

    static constexpr std::size_t kQuarters = 96;
    static constexpr std::chrono::minutes kQuarter{15};
    using Quarters = std::array<Quarter, kQuarters>;

    void count_changes(std::uint64_t changes, MonoTime now) { at(now).changes += changes; }
    void count_event(MonoTime now) { ++at(now).events; }
    void count_pass(bool failed, MonoTime now);

    // The last of them is the quarter that `now` lies in.
    Quarters last(MonoTime now) const;

  private:
    Quarter& at(MonoTime now);

    Quarters ring_{};
    std::int64_t newest_ = 0;  // number of the newest quarter in the ring
};

}  // namespace carecloud
