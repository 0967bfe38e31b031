// Simulates three daemons on one store, from a seed: kills, stops, pauses, a daemon that is cut off from the store,
// slow pages, and one wall clock that is wrong by an hour. Single-threaded; the same seed gives the same run on any
// machine.
//
//     ClusterReport report = run_cluster(7);
//     if (report.broken) …            // the first invariant that did not hold, as text
//
// Invariants in addition to the promises: no page is written by a daemon whose lease another one has taken; two daemons
// never trust their leases at the same time; the requests of all daemons together stay within the rate; while a daemon
// is well, one leads within ten seconds; a leader that is well does not lose its lease; and requests and events reach
// the leader, whichever daemon receives them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace carecloud {

struct ClusterReport {
    std::optional<std::string> broken{};
    std::size_t terms = 0;   // of leaders
    std::size_t losses = 0;  // of leases
    std::size_t kills = 0;
    std::size_t pauses = 0;
    std::size_t cuts = 0;
    std::size_t changes = 0;
    std::size_t requests = 0;  // of operators, carried out
    double unled_max = 0;      // seconds without a leader, while a daemon was well
};

ClusterReport run_cluster(std::uint64_t seed, const std::function<void(const std::string&)>& trace = {});

}  // namespace carecloud
