// The current time, for certificates that a test creates.
#pragma once

#include "base/timestamp.hpp"

#include <chrono>

namespace carecloud {

// The wall clock in whole seconds, a time at which certificates that the test creates are valid. Thread-safe.
inline Timestamp real_now() {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    return Timestamp{now.time_since_epoch().count() * Timestamp::ticks_per_second};
}

}  // namespace carecloud
