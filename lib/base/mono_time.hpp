// Monotonic time: for intervals and for the order of what happens in one life of the process (hazards 19 and 22).
#pragma once

#include <chrono>
#include <compare>

namespace carecloud {

using Duration = std::chrono::nanoseconds;

// Since an arbitrary origin, another one in each life of the process.
struct MonoTime {
    Duration since_origin{0};

    friend constexpr auto operator<=>(MonoTime, MonoTime) = default;
    friend constexpr MonoTime operator+(MonoTime at, Duration span) { return {at.since_origin + span}; }
    friend constexpr Duration operator-(MonoTime a, MonoTime b) { return a.since_origin - b.since_origin; }
};

// When a question was sent and its answer received. An answer supersedes another only if it was requested after the
// other was received (hazard 22).
struct Asked {
    MonoTime sent{};
    MonoTime received{};

    bool is_after(const Asked& other) const { return sent >= other.received; }
};

}  // namespace carecloud
