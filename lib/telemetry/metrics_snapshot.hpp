// The metrics that are states: gauges that are built on request. Used only by metrics.cpp, because it exposes types of
// the Prometheus library. Pure.
#pragma once

#include "telemetry/metrics.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <prometheus/metric_family.h>

namespace carecloud {

// And of who runs the engine, on a store with several daemons.
struct LeadMemory {
    std::optional<bool> leads{};  // none: there is one daemon
    std::uint64_t taken_over = 0;
    std::uint64_t lost = 0;
    Duration longest_unled{0};
};

// The streams' state that the metrics store themselves.
struct MetricsMemory {
    const std::map<std::string, MonoTime, std::less<>>& current_at;  // last up to date, or begun
    const std::set<std::string, std::less<>>& push_silent;
    const LeadMemory& lead;
};

// Unknown values are omitted, so no alert mistakes them for 0.
void append_snapshot(std::vector<prometheus::MetricFamily>& families, const MetricsSnapshot& snapshot,
                     const MetricsMemory& memory);

}  // namespace carecloud
