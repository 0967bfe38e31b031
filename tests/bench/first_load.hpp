// A first load of one shape of record: product, bare loop, curl and Node take turns, and the table is
// printed.
#pragma once

#include "bench/canned_server.hpp"
#include "bench/dataset.hpp"
#include "bench/options.hpp"

#include <string>

namespace carecloud::bench {

// Throws std::runtime_error where one of them fails or loses records.
void measure_first_load(const Options& options, const std::string& shape, const Dataset& data,
                        CannedServer& server, const std::string& folder);

}  // namespace carecloud::bench
