// How fast the store takes records as it grows: the product's store and the bare loop side by side, fed from
// memory, with random ids and with ascending ones.
#pragma once

#include "bench/options.hpp"

#include <string>

namespace carecloud::bench {

// Throws std::runtime_error.
void measure_growth(const Options& options, const std::string& folder);
// The bare loop with random ids under other pragmas and another index.
void measure_variants(const Options& options, const std::string& folder);

}  // namespace carecloud::bench
