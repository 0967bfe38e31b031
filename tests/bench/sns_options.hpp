// What the command line of sns_bench says.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace carecloud::bench {

struct SnsOptions {
    std::size_t messages = 12'000;  // at 64 connections; at fewer, fewer
    std::size_t rounds = 3;
    std::size_t events = 200;  // submitted one at a time, and the size of a burst
    std::size_t bursts = 3;
    std::string folder;  // where the stores are written, in one of its own below it
    std::string syncd;   // the daemon's program
    std::string nginx;   // nginx's program; empty: its column is left out
    bool load = true;
    bool record = true;
};

// None: help was asked for and printed. Throws boost::program_options::error for what cannot be understood.
std::optional<SnsOptions> read_sns_options(int argc, const char* const* argv);

}  // namespace carecloud::bench
