// The time for the loopback portal.
#pragma once

#include "base/timestamp.hpp"

#include <chrono>
#include <ratio>

namespace carecloud {

// The machine's wall clock. Thread-safe.
inline Timestamp wall_now() {
    using Ticks = std::chrono::duration<std::int64_t, std::ratio<1, Timestamp::ticks_per_second>>;
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return {std::chrono::duration_cast<Ticks>(now).count()};
}

}  // namespace carecloud
