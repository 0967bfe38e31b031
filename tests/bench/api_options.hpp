// What the command line of api_bench says.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace carecloud::bench {

struct ApiOptions {
    std::size_t light = 100'000;    // records of about 890 bytes
    std::size_t full = 10'000;      // records of about 18.9 KB
    std::size_t requests = 20'000;  // for single records, over each number of connections
    std::size_t rounds = 3;
    std::string folder;  // where the stores are written; one of its own below it
    std::string syncd;   // the programs
    std::string ctl;
    std::string nginx;  // empty: its rows are left out
};

// None: help was asked for and printed. Throws boost::program_options::error for what cannot be understood.
std::optional<ApiOptions> read_api_options(int argc, const char* const* argv);

}  // namespace carecloud::bench
