// A complete simulated world from its seed: the portal with its writers, its faults and its events, and the daemon's
// consecutive lives. Single threaded; the same settings give the same run on any machine.
//
//     WorldReport report = run_world({.seed = 7, .hours = 12});
//     if (report.broken) …            // the first invariant that did not hold, as text
#pragma once

#include "simulation/world_settings.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

namespace carecloud {

struct WorldReport {
    std::optional<std::string> broken{};
    double hours = 0;  // of virtual time, including the rest at the end
    std::size_t lives = 0;
    std::size_t passes = 0;
    std::size_t failed_passes = 0;
    std::size_t bounded_passes = 0;  // that have completed
    std::size_t requests = 0;
    std::size_t changes = 0;
    std::size_t events = 0;
    std::map<Fault, std::size_t> faults{};  // the number of each counted kind
};

// Receives everything that happens, one line each. Empty: no output.
using Trace = std::function<void(const std::string&)>;

WorldReport run_world(const WorldSettings& settings, const Trace& trace = {});

}  // namespace carecloud
