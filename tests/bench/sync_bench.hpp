// The options of sync_bench, and its measurements.
#pragma once

#include "bench/canned_server.hpp"
#include "bench/dataset.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace carecloud::bench {

struct Options {
    std::size_t light = 200'000;  // records of about 890 bytes
    std::size_t full = 20'000;    // records of about 18.9 KB
    std::size_t growth = 2'000'000;
    std::size_t rounds = 3;
    std::string folder;         // parent of a temporary folder for the stores
    std::string syncd;          // the daemon's program
    std::string other_syncd;    // of another build, to compare; empty: none
    std::string node_modules;   // with better-sqlite3; empty: without the Node column
    std::size_t variants = 0;   // records that the bare loop grows to under other pragmas and indexes; 0: not
    std::size_t corrected = 0;  // full records, and ten times as many light ones, that are corrected; 0: not
    bool latency = false;       // only loads from a portal with latency
    std::string latency_only;   // of these, the ones with this in their name
    std::string portal;         // carecloud-portal
    std::string ctl;            // carecloudctl
    bool load = true;
    bool steady = true;
};

// Empty after --help, which prints the help. Throws boost::program_options::error for invalid options.
std::optional<Options> read_options(int argc, const char* const* argv);

// A first load of one shape of record: product, bare loop, curl and Node alternate. Prints a table. Throws
// std::runtime_error if one of them fails or loses records.
void measure_first_load(const Options& options, const std::string& shape, const Dataset& data,
                        CannedServer& server, const std::string& folder);

// The rate at which the store accepts records as it grows: the product's store and the bare loop alternate, fed from
// memory, with random and with ascending ids. Throws std::runtime_error.
void measure_growth(const Options& options, const std::string& folder);
// The bare loop with random ids, other pragmas and another index.
void measure_variants(const Options& options, const std::string& folder);

// Corrections into a store that keeps former versions, and into one that does not. Throws std::runtime_error.
void measure_corrections(const Options& options, const std::string& shape, const Dataset& data,
                         const std::string& folder);

// First loads and corrections by the daemon and by another build's, alternating. Throws std::runtime_error.
void measure_builds(const Options& options, const std::string& shape, const DatasetSettings& settings,
                    const std::string& folder);

// First loads, backfills and deep reconciliations from carecloud-portal with a delay of each response. Throws
// std::runtime_error.
void measure_latency(const Options& options, const std::string& folder);

// The costs once the product has everything: idle passes, one change, an overlap of held records, memory. Throws
// std::runtime_error.
void measure_steady_state(const Options& options, const Dataset& light, CannedServer& server,
                          const std::string& folder);
// Resident memory of the daemon, at its peak and when idle, after a load of these records.
void measure_idle_memory(const Options& options, const std::string& shape, CannedServer& server,
                         const std::string& folder);

}  // namespace carecloud::bench
