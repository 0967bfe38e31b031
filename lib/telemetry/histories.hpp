// All that is remembered of the past for those who ask the API: the passes, the last day, the metrics. Each number is
// told to it once, by whoever sees it happen. I/O thread alone.
#pragma once

#include "telemetry/day_history.hpp"
#include "telemetry/metrics.hpp"
#include "telemetry/pass_history.hpp"

namespace carecloud {

struct Histories {
    PassHistory passes{};
    DayHistory day{};
    Metrics metrics{};
};

}  // namespace carecloud
