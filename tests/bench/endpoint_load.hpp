// Messages that were signed beforehand, sent as fast as they are acknowledged: the daemon, which makes each durable
// first, and nginx, which does nothing, take turns, beside what the disk and the signature checks allow.
#pragma once

#include "bench/sns_options.hpp"

#include <string>

namespace carecloud::bench {

// Throws std::runtime_error where one of them fails, or where a message that was acknowledged is not in the store.
void measure_endpoint_load(const SnsOptions& options, const std::string& folder);

}  // namespace carecloud::bench
