// From a submission to its record in the store, by a carecloud-portal that publishes: one at a time, and in bursts.
#pragma once

#include "bench/sns_options.hpp"

#include <string>

namespace carecloud::bench {

// Throws std::runtime_error where an event is not settled.
void measure_event_to_record(const SnsOptions& options, const std::string& folder);

}  // namespace carecloud::bench
