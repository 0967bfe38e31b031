// The metrics that are states: gauges that are built on request. Used only by metrics.cpp, because it exposes types of
// the Prometheus library. Pure.
#pragma once

#include "telemetry/metrics.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

#include <prometheus/metric_family.h>

namespace carecloud {

// The streams' state that the metrics store themselves.
struct MetricsMemory {
    const std::map<std::string, MonoTime, std::less<>>& current_at;  // last up to date, or begun
    const std::set<std::string, std::less<>>& push_silent;
};

// Unknown values are omitted, so no alert mistakes them for 0.
void append_snapshot(std::vector<prometheus::MetricFamily>& families, const MetricsSnapshot& snapshot,
                     const MetricsMemory& memory);

}  // namespace carecloud
