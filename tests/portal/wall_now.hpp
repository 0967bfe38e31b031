#pragma once

#include "core/timestamp.hpp"

#include <chrono>
#include <ratio>

namespace carecloud {

// The machine's wall clock. Any thread.
inline Timestamp wall_now() {
    using namespace std::chrono;
    using Ticks = duration<std::int64_t, std::ratio<1, Timestamp::ticks_per_second>>;
    return {duration_cast<Ticks>(system_clock::now().time_since_epoch()).count()};
}

}  // namespace carecloud
