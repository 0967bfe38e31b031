// The portal's time, as far as it can be trusted (DESIGN.md, hazard 31): neither the `Date` of a response nor this
// machine's clock is trusted alone, since a cursor moved to the future by a wrong clock silently skips records. Pure;
// one for each engine, since there is one portal.
//
//     PortalTime time;
//     time.remember(state.portal_time);  // trusted by an earlier process
//     time.answered(page.date, now);  // with each response; now = PortalTime::local_time(clock)
//     time.at(now)                    // the portal's time now
//
// The rule: the median of the response's `Date`, the local time, and the last trusted time plus the time counted by
// CLOCK_BOOTTIME since. The first response of a process has no third value: there it is the lesser of the two, but not
// less than the time trusted by an earlier process. Without a `Date` it is the lesser of the others.
#pragma once

#include "base/clock.hpp"
#include "base/timestamp.hpp"
#include "model/change.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace carecloud {

// The state of the two clocks after a response.
enum class ClockVerdict {
    agree,        // within the tolerance
    no_date,      // the response has no `Date`: only this machine's clock is left
    date_wrong,   // the response's `Date` is implausible, or deviates from the trusted time
    local_wrong,  // the same for this machine's clock
    differ,       // since the first response: one of them is wrong, and it is unknown which
};

std::string_view to_string(ClockVerdict verdict);

struct ClockReport {
    ClockVerdict verdict = ClockVerdict::agree;
    std::optional<Timestamp> date{};  // of the last response
    Timestamp local{};
    Timestamp trusted{};

    // Whole seconds by which this machine's clock is ahead of the response's `Date`; 0 without one.
    std::int64_t local_ahead_seconds() const;
    // One sentence about the difference, and the remedy. `hint` is empty if no action is required.
    std::string text() const;
    std::string hint() const;
};

// Whether the time is plausible for a clock: not before this program existed, and not too far in the future.
bool is_plausible(Timestamp at);

// A single comparison of the two clocks, without a history. `synchronized`: the kernel reports that this machine's
// clock is synchronized (NTP), so the portal's is the wrong one.
ClockReport compare_clocks(std::optional<Timestamp> date, Timestamp local, bool synchronized);

class PortalTime {
  public:
    // The state of this machine's clocks.
    struct LocalTime {
        Timestamp local;
        Duration boot{0};  // CLOCK_BOOTTIME
    };
    static LocalTime local_time(const Clock& clock) { return {clock.wall(), clock.since_boot()}; }

    // The time trusted by an earlier process. Applies until the first response.
    void remember(std::optional<Timestamp> trusted);
    // A response arrived, with this `Date`.
    void answered(std::optional<Timestamp> date, LocalTime now);

    // The trusted time; before the first response the local one, or the remembered one if that is later.
    Timestamp at(LocalTime now) const;
    // The same, but limited to the later of the two clocks: the maximum cursor.
    Timestamp cursor_limit(LocalTime now) const;
    // No clock is later than this: later dates lie in the future according to all of them.
    Timestamp latest(LocalTime now) const;
    // Whether the last response's `Date` was usable.
    bool is_dated() const { return last_date_.has_value(); }
    // Whether a cursor at that time lies in the future according to both clocks, as of the last response.
    bool is_in_future(Timestamp cursor) const;

    // The first response arrived.
    bool has_heard() const { return heard_; }
    const ClockReport& report() const { return report_; }
    // The report, if its verdict differs from the last one reported; the first is reported unless all is well.
    std::optional<ClockReport> take_news();

  private:
    Timestamp choose(std::optional<Timestamp> date, LocalTime now) const;
    ClockVerdict judge(std::optional<Timestamp> date, std::optional<Timestamp> expected,
                       Timestamp local) const;
    Timestamp later(Timestamp at, LocalTime now) const;

    bool heard_ = false;
    std::optional<Timestamp> remembered_;
    Timestamp trusted_;     // at heard_at_
    LocalTime heard_at_{};  // the last response
    std::optional<Timestamp> last_date_;
    ClockReport report_;
    ClockVerdict reported_ = ClockVerdict::agree;
};

}  // namespace carecloud
