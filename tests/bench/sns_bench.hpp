// The options of sns_bench, and its measurements.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace carecloud::bench {

struct SnsOptions {
    std::size_t messages = 12'000;  // at 64 connections; fewer at fewer connections
    std::size_t rounds = 3;
    std::size_t events = 200;  // submitted one at a time, and the size of a burst
    std::size_t bursts = 3;
    std::string folder;  // parent of a temporary folder for the stores
    std::string syncd;   // the daemon's program
    std::string nginx;   // nginx's program; empty: without its column
    bool load = true;
    bool record = true;
};

// Empty after --help, which prints the help. Throws boost::program_options::error for invalid options.
std::optional<SnsOptions> read_sns_options(int argc, const char* const* argv);

// Messages signed beforehand, sent as fast as they are acknowledged. The daemon, which makes each durable first,
// alternates with nginx, which does nothing; also measures the limits by the disk and by the signature checks. Throws
// std::runtime_error if one of them fails, or if an acknowledged message is not in the store.
void measure_endpoint_load(const SnsOptions& options, const std::string& folder);

// The time from a submission to its record in the store, with a carecloud-portal that publishes: one at a time, and in
// bursts. Throws std::runtime_error if an event is not settled.
void measure_event_to_record(const SnsOptions& options, const std::string& folder);

}  // namespace carecloud::bench
