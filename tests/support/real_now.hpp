// The current time for certificates made in a test.
#pragma once

#include "base/timestamp.hpp"

#include <chrono>

namespace carecloud {

// The wall clock's whole second, at which certificates made in the test are valid. Any thread.
inline Timestamp real_now() {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    return Timestamp{now.time_since_epoch().count() * Timestamp::ticks_per_second};
}

}  // namespace carecloud
