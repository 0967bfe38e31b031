// What the product costs once it has everything: idle passes, one change, an overlap that is held, memory.
#pragma once

#include "bench/canned_server.hpp"
#include "bench/dataset.hpp"
#include "bench/options.hpp"

#include <string>

namespace carecloud::bench {

// Throws std::runtime_error.
void measure_steady_state(const Options& options, const Dataset& light, CannedServer& server,
                          const std::string& folder);
// Resident memory of the daemon at its peak and once it is quiet, after a load of these.
void measure_idle_memory(const Options& options, const std::string& shape, CannedServer& server,
                         const std::string& folder);

}  // namespace carecloud::bench
