// A whole simulated world from its seed: the portal with its writers, its weather and its events, and the daemon's
// lives between them, one after the other. Single threaded; the same settings give the same run, whatever the machine.
//
//     WorldReport report = run_world({.seed = 7, .hours = 12});
//     if (report.broken) …            // the first invariant that did not hold, in words
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
    double hours = 0;  // of virtual time, the rest at the end included
    std::size_t lives = 0;
    std::size_t passes = 0;
    std::size_t failed_passes = 0;
    std::size_t bounded_passes = 0;  // that came to their end
    std::size_t requests = 0;
    std::size_t changes = 0;
    std::size_t events = 0;
    std::map<Fault, std::size_t> faults{};  // how often each happened, of those that are counted
};

// Told of everything that happens, one line each. An empty one: nothing is told.
using Trace = std::function<void(const std::string&)>;

WorldReport run_world(const WorldSettings& settings, const Trace& trace = {});

}  // namespace carecloud
