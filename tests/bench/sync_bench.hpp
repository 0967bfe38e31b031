// The options of sync_bench, and what it measures.
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
    std::string folder;         // where the stores are written; one of its own below it
    std::string syncd;          // the daemon's program
    std::string other_syncd;    // of another build that is compared; empty: none
    std::string node_modules;   // where better-sqlite3 lies; empty: the Node column is skipped
    std::size_t variants = 0;   // records that the bare loop grows to under other pragmas and indexes; 0: not
    std::size_t corrected = 0;  // full records, and ten times as many light ones, that are corrected; 0: not
    bool latency = false;       // only loads from a portal with latency
    std::string portal;         // carecloud-portal
    bool load = true;
    bool steady = true;
};

// None: help was asked for and printed. Throws boost::program_options::error for what cannot be understood.
std::optional<Options> read_options(int argc, const char* const* argv);

// A first load of one shape of record: product, bare loop, curl and Node take turns, and the table is
// printed.
// Throws std::runtime_error where one of them fails or loses records.
void measure_first_load(const Options& options, const std::string& shape, const Dataset& data,
                        CannedServer& server, const std::string& folder);

// How fast the store takes records as it grows: the product's store and the bare loop side by side, fed from
// memory, with random ids and with ascending ones.
// Throws std::runtime_error.
void measure_growth(const Options& options, const std::string& folder);
// The bare loop with random ids under other pragmas and another index.
void measure_variants(const Options& options, const std::string& folder);

// Corrections into a store that keeps former versions and one that does not. Throws std::runtime_error.
void measure_corrections(const Options& options, const std::string& shape, const Dataset& data,
                         const std::string& folder);

// First loads and corrections by the daemon and by that of another build, which take turns. Throws
// std::runtime_error.
void measure_builds(const Options& options, const std::string& shape, const DatasetSettings& settings,
                    const std::string& folder);

// First loads from carecloud-portal with a delay of each response. Throws std::runtime_error.
void measure_latency(const Options& options, const std::string& folder);

// What the product costs once it has everything: idle passes, one change, an overlap that is held, memory.
// Throws std::runtime_error.
void measure_steady_state(const Options& options, const Dataset& light, CannedServer& server,
                          const std::string& folder);
// Resident memory of the daemon at its peak and once it is quiet, after a load of these.
void measure_idle_memory(const Options& options, const std::string& shape, CannedServer& server,
                         const std::string& folder);

}  // namespace carecloud::bench
