// The portal's time, as far as it can be trusted (sync-model, hazard 31): neither the `Date` of an answer nor this
// machine's clock is believed alone, since a cursor that a wrong clock drags into the future passes over records in
// silence. Pure; one for each engine, since there is one portal.
//
//     PortalTime time;
//     time.remember(state.portal_time);  // what an earlier life trusted
//     time.answered(page.date, now);  // with each answer; now = PortalTime::local_time(clock)
//     time.at(now)                    // the portal's time now
//
// The rule: the median of the answer's `Date`, the local time, and the last trusted time plus what CLOCK_BOOTTIME
// counted since. The first answer of a life has no third: there it is the lesser of the two, but nothing below what an
// earlier life trusted. Without a `Date` it is the lesser of what is left.
#pragma once

#include "base/clock.hpp"
#include "base/timestamp.hpp"
#include "model/change.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace carecloud {

// What is known of the two clocks after an answer.
enum class ClockVerdict {
    agree,        // within the tolerance
    no_date,      // the answer has no `Date`: this machine's clock stands alone
    date_wrong,   // the answer's `Date` is no time at all, or has left the time that was trusted
    local_wrong,  // this machine's clock is, or has
    differ,       // from the first answer on: one of them is wrong, and nothing tells which
};

std::string_view to_string(ClockVerdict verdict);

struct ClockReport {
    ClockVerdict verdict = ClockVerdict::agree;
    std::optional<Timestamp> date{};  // of the last answer
    Timestamp local{};
    Timestamp trusted{};

    // Whole seconds by which this machine's clock is ahead of the answer's `Date`; 0 without one.
    std::int64_t local_ahead_seconds() const;
    // In one sentence what was seen, and what to do about it. `hint` is empty where nothing must be done.
    std::string text() const;
    std::string hint() const;
};

// Whether the time may be that of a clock at all: this program did not exist before, and will not last beyond.
bool is_plausible(Timestamp at);

// The two clocks compared once, without a history. `synchronized`: the kernel says that this
// machine's clock is disciplined (NTP), which leaves the portal's as the wrong one.
ClockReport compare_clocks(std::optional<Timestamp> date, Timestamp local, bool synchronized);

class PortalTime {
  public:
    // What this machine's clocks show.
    struct LocalTime {
        Timestamp local;
        Duration boot{0};  // CLOCK_BOOTTIME
    };
    static LocalTime local_time(const Clock& clock) { return {clock.wall(), clock.since_boot()}; }

    // An earlier life trusted this much. Counts until the first answer.
    void remember(std::optional<Timestamp> trusted);
    // An answer came, with this `Date`.
    void answered(std::optional<Timestamp> date, LocalTime now);

    // The trusted time; before the first answer the local one, or what was remembered where that is later.
    Timestamp at(LocalTime now) const;
    // The same, but no later than the later of the two clocks: as far as a cursor may go.
    Timestamp cursor_limit(LocalTime now) const;
    // No clock says that it is later than this: what is dated beyond lies in the future by all of them.
    Timestamp latest(LocalTime now) const;
    // Whether the last answer's `Date` was of use.
    bool is_dated() const { return last_date_.has_value(); }
    // Whether a cursor there lies in the future by both clocks, as of the last answer.
    bool is_in_future(Timestamp cursor) const;

    // The first answer came.
    bool has_heard() const { return heard_; }
    const ClockReport& report() const { return report_; }
    // The report if its verdict is another one than the last one reported; the first is reported unless all is well.
    std::optional<ClockReport> take_news();

  private:
    Timestamp choose(std::optional<Timestamp> date, LocalTime now) const;
    ClockVerdict judge(std::optional<Timestamp> date, std::optional<Timestamp> expected,
                       Timestamp local) const;
    Timestamp later(Timestamp at, LocalTime now) const;

    bool heard_ = false;
    std::optional<Timestamp> remembered_;
    Timestamp trusted_;     // at heard_at_
    LocalTime heard_at_{};  // the last answer
    std::optional<Timestamp> last_date_;
    ClockReport report_;
    ClockVerdict reported_ = ClockVerdict::agree;
};

}  // namespace carecloud
