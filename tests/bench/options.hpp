// What the command line of sync_bench says.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace carecloud::bench {

struct Options {
    std::size_t light = 200'000;  // records of about 890 bytes
    std::size_t full = 20'000;    // records of about 18.9 KB
    std::size_t growth = 2'000'000;
    std::size_t rounds = 3;
    std::string folder;        // where the stores are written; one of its own below it
    std::string syncd;         // the daemon's program
    std::string node_modules;  // where better-sqlite3 lies; empty: the Node column is skipped
    std::size_t variants = 0;  // records that the bare loop grows to under other pragmas and indexes; 0: not
    bool load = true;
    bool steady = true;
};

// None: help was asked for and printed. Throws boost::program_options::error for what cannot be understood.
std::optional<Options> read_options(int argc, const char* const* argv);

}  // namespace carecloud::bench
