// The part of the metrics that is a state: gauges, made when they are requested. Only metrics.cpp uses it: its
// types are the library's. Pure.
#pragma once

#include "telemetry/metrics.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

#include <prometheus/metric_family.h>

namespace carecloud {

// What the metrics themselves remember of the streams.
struct MetricsMemory {
    const std::map<std::string, MonoTime, std::less<>>& current_at;  // last at the portal's end, or begun
    const std::set<std::string, std::less<>>& push_silent;
};

// What is not known is left out, so that no alert takes it for 0.
void append_snapshot(std::vector<prometheus::MetricFamily>& families, const MetricsSnapshot& snapshot,
                     const MetricsMemory& memory);

}  // namespace carecloud
