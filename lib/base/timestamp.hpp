// Time: durations, monotonic times, and timestamps from the portal, SNS and the wall clock. Pure.
#pragma once

#include <algorithm>
#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace carecloud {

using Duration = std::chrono::nanoseconds;

// Monotonic time: for intervals, and for the order of events in one run of the process (hazards 19 and 22). The origin
// is arbitrary and differs between runs.
struct MonoTime {
    Duration since_origin{0};

    friend constexpr auto operator<=>(MonoTime, MonoTime) = default;
    friend constexpr MonoTime operator+(MonoTime at, Duration span) { return {at.since_origin + span}; }
    friend constexpr Duration operator-(MonoTime a, MonoTime b) { return a.since_origin - b.since_origin; }
    friend constexpr MonoTime operator-(MonoTime at, Duration span) {
        return MonoTime{at.since_origin - span};
    }
};

// A point in time in ticks of 100 ns since 1970-01-01T00:00:00Z. That is the finest resolution the portal writes (seven
// fraction digits, see the vendor's API documentation; event_time has the same), so nothing is rounded. 2^63 ticks
// reach the year 31197.
//
// Timestamps order points in time. The portal's own text is kept alongside if it is sent back in a later query, because
// a server that compares strings orders by text.
struct Timestamp {
    std::int64_t ticks = 0;

    static constexpr std::int64_t ticks_per_millisecond = 10'000;
    static constexpr std::int64_t ticks_per_second = 10'000'000;

    // ISO 8601 as the portal and SNS write it: date, 'T', time with seconds, optionally a fraction of one to nine
    // digits (those past the seventh must be zero), then 'Z' or an offset "+hh:mm" or "-hh:mm". Years 0001 to 9999.
    // Returns std::nullopt for anything else.
    static std::optional<Timestamp> parse(std::string_view text);

    // "2023-12-01T22:06:47.9990000Z": always seven digits, the portal's own form.
    std::string to_string() const;

    // "2023-12-01T22:06:47.999Z": the form of MongoDB's {"$date": …}; truncated to milliseconds.
    std::string to_string_ms() const;

    // Whole seconds since 1970, rounded down.
    constexpr std::int64_t seconds() const {
        return ticks / ticks_per_second - (ticks % ticks_per_second < 0 ? 1 : 0);
    }

    friend constexpr auto operator<=>(Timestamp, Timestamp) = default;
    // Truncated to ticks.
    friend constexpr Timestamp operator+(Timestamp at, Duration span) {
        return {at.ticks + span.count() / kTickNanoseconds};
    }
    friend constexpr Timestamp operator-(Timestamp at, Duration span) {
        return {at.ticks - span.count() / kTickNanoseconds};
    }
    // Clamped to the range of Duration, which is 292 years: a portal may write the year 9999.
    friend constexpr Duration operator-(Timestamp later, Timestamp earlier) {
        constexpr std::int64_t most = Duration::max().count() / kTickNanoseconds;
        return Duration(std::clamp(later.ticks - earlier.ticks, -most, most) * kTickNanoseconds);
    }

  private:
    static constexpr std::int64_t kTickNanoseconds = 100;
};

// The month in UTC, such as "2024-03": the key of the quota.
std::string month_of(Timestamp at);
// The start of this month and of the next one, in UTC.
Timestamp this_month(Timestamp at);
Timestamp next_month(Timestamp at);

}  // namespace carecloud
