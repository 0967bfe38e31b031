// All that is remembered of the past for those who ask the API: the passes, the last day, the metrics. Each number is
// told to it once, by whoever sees it happen. I/O thread alone.
#pragma once

#include "api/day_book.hpp"
#include "api/metrics.hpp"
#include "api/pass_book.hpp"

namespace carecloud {

struct Books {
    PassBook passes{};
    DayBook day{};
    Metrics metrics{};
};

}  // namespace carecloud
