// The options of sns_bench, and what it measures.
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

// Messages that were signed beforehand, sent as fast as they are acknowledged: the daemon, which makes each durable
// first, and nginx, which does nothing, take turns, beside what the disk and the signature checks allow.
// Throws std::runtime_error where one of them fails, or where a message that was acknowledged is not in the store.
void measure_endpoint_load(const SnsOptions& options, const std::string& folder);

// From a submission to its record in the store, by a carecloud-portal that publishes: one at a time, and in bursts.
// Throws std::runtime_error where an event is not settled.
void measure_event_to_record(const SnsOptions& options, const std::string& folder);

}  // namespace carecloud::bench
