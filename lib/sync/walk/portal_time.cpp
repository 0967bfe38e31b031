#include "sync/walk/portal_time.hpp"

#include <algorithm>

namespace carecloud {
namespace {

// 2024-01-01T00:00:00Z and 2056-01-01T00:00:00Z.
constexpr Timestamp kEarliest{1'704'067'200 * Timestamp::ticks_per_second};
constexpr Timestamp kLatest{2'713'910'400 * Timestamp::ticks_per_second};

constexpr const char* kSetLocalClock = "set this machine's clock: timedatectl set-ntp true";
constexpr const char* kReportToOperator =
    "report it to the portal's operator; until then this machine's clock is used";

bool are_close(Timestamp a, Timestamp b) {
    return a - b <= kClockTolerance && b - a <= kClockTolerance;
}

// "3 hours", "41 years".
std::string span_words(std::int64_t seconds) {
    struct Unit {
        std::int64_t seconds;
        const char* name;
    };
    constexpr Unit units[] = {{31'556'952, "year"}, {86'400, "day"}, {3'600, "hour"}, {60, "minute"}};
    for (const Unit& unit : units) {
        const std::int64_t count = seconds / unit.seconds;
        if (count > 0) return std::to_string(count) + " " + unit.name + (count == 1 ? "" : "s");
    }
    return std::to_string(seconds) + (seconds == 1 ? " second" : " seconds");
}

}  // namespace

std::string_view to_string(ClockVerdict verdict) {
    switch (verdict) {
        case ClockVerdict::no_date:
            return "no_date";
        case ClockVerdict::date_wrong:
            return "portal_wrong";
        case ClockVerdict::local_wrong:
            return "local_wrong";
        case ClockVerdict::differ:
            return "differ";
        case ClockVerdict::agree:
            break;
    }
    return "agree";
}

bool is_plausible(Timestamp at) {
    return kEarliest <= at && at <= kLatest;
}

std::int64_t ClockReport::local_ahead_seconds() const {
    return date ? local.seconds() - date->seconds() : 0;
}

std::string ClockReport::text() const {
    if (!date) return "the portal's responses have no Date; this machine's clock is used instead";
    const std::int64_t ahead = local_ahead_seconds();
    const std::string span = span_words(ahead < 0 ? -ahead : ahead);
    const std::string seen = " (portal " + date->to_string_ms() + ", here " + local.to_string_ms() + ")";
    switch (verdict) {
        case ClockVerdict::agree:
            return "the clocks of the portal and this machine agree" + seen;
        case ClockVerdict::local_wrong:
            return "this machine's clock is wrong: " + span + (ahead < 0 ? " behind" : " ahead of") +
                   " the portal's" + seen;
        case ClockVerdict::date_wrong:
            return "the portal's clock is wrong: " + span + (ahead < 0 ? " ahead of" : " behind") +
                   " this machine's" + seen;
        default:
            return "this machine's clock is " + span + (ahead < 0 ? " behind" : " ahead of") +
                   " the portal's; one of them is wrong" + seen;
    }
}

std::string ClockReport::hint() const {
    switch (verdict) {
        case ClockVerdict::agree:
            return {};
        case ClockVerdict::local_wrong:
            return kSetLocalClock;
        case ClockVerdict::date_wrong:
            return kReportToOperator;
        case ClockVerdict::no_date:
            return "make sure that this clock is correct: timedatectl set-ntp true; a proxy may remove the "
                   "Date";
        case ClockVerdict::differ:
            break;
    }
    return std::string(kSetLocalClock) + "; if it is correct, report this to the portal's operator";
}

ClockReport compare_clocks(std::optional<Timestamp> date, Timestamp local, bool synchronized) {
    ClockReport report{.verdict = ClockVerdict::differ, .date = date, .local = local, .trusted = local};
    if (!date)
        report.verdict = ClockVerdict::no_date;
    else if (!is_plausible(*date))
        report.verdict = ClockVerdict::date_wrong;
    else if (are_close(*date, local))
        report.verdict = ClockVerdict::agree;
    else if (!is_plausible(local))
        report.verdict = ClockVerdict::local_wrong;
    else if (synchronized)
        report.verdict = ClockVerdict::date_wrong;
    return report;
}

void PortalTime::remember(std::optional<Timestamp> trusted) {
    if (trusted) remembered_ = std::max(*trusted, remembered_.value_or(*trusted));
}

Timestamp PortalTime::later(Timestamp at, LocalTime now) const {
    return at + (now.boot - heard_at_.boot);
}

Timestamp PortalTime::choose(std::optional<Timestamp> date, LocalTime now) const {
    if (!heard_) {
        const Timestamp lesser = date ? std::min(*date, now.local) : now.local;
        return std::max(lesser, remembered_.value_or(lesser));
    }
    const Timestamp expected = later(trusted_, now);
    if (!date) return std::min(expected, now.local);
    return std::max(std::min(*date, now.local), std::min(std::max(*date, now.local), expected));
}

ClockVerdict PortalTime::judge(std::optional<Timestamp> date, std::optional<Timestamp> expected,
                               Timestamp local) const {
    const ClockVerdict alone = compare_clocks(date, local, false).verdict;
    // A difference since the first response advances like the trusted time, which then decides nothing.
    const bool decides = alone == ClockVerdict::differ && expected && report_.verdict != ClockVerdict::differ;
    if (decides && are_close(*date, *expected)) return ClockVerdict::local_wrong;
    if (decides && are_close(local, *expected)) return ClockVerdict::date_wrong;
    return alone;
}

void PortalTime::answered(std::optional<Timestamp> date, LocalTime now) {
    const std::optional<Timestamp> expected = heard_ ? std::optional(later(trusted_, now)) : remembered_;
    report_.verdict = judge(date, expected, now.local);
    last_date_ = date && is_plausible(*date) ? date : std::nullopt;
    trusted_ = choose(last_date_, now);
    heard_at_ = now;
    heard_ = true;
    report_.date = date;
    report_.local = now.local;
    report_.trusted = trusted_;
}

Timestamp PortalTime::at(LocalTime now) const {
    if (heard_) return later(trusted_, now);
    return std::max(now.local, remembered_.value_or(now.local));
}

Timestamp PortalTime::cursor_limit(LocalTime now) const {
    const Timestamp later_clock = last_date_ ? std::max(now.local, later(*last_date_, now)) : now.local;
    return std::min(at(now), later_clock);
}

Timestamp PortalTime::latest(LocalTime now) const {
    Timestamp latest = std::max(at(now), now.local);
    if (last_date_) latest = std::max(latest, later(*last_date_, now));
    return latest;
}

bool PortalTime::is_in_future(Timestamp cursor) const {
    const Timestamp latest = std::max(heard_at_.local, last_date_.value_or(heard_at_.local));
    return heard_ && cursor > latest + kClockTolerance;
}

std::optional<ClockReport> PortalTime::take_news() {
    if (!heard_ || report_.verdict == reported_) return std::nullopt;
    reported_ = report_.verdict;
    return report_;
}

}  // namespace carecloud
