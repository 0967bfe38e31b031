// Batches drawn from a seed: few ids and times, so everything that the contract mentions occurs.
#pragma once

#include "model/batch.hpp"

#include <cstdint>
#include <string>

namespace carecloud {

// The same batch for the same seed and index, in every process. The cursor of its state encodes `index`. `overlapping`:
// some pages were requested before others had arrived, which a store does not remember after it ends.
Batch random_batch(std::uint64_t seed, std::uint64_t index, bool overlapping = false);

// The index in the cursor of a state.
std::uint64_t index_of(const StreamState& state);

// CARECLOUD_SEED, or a random number. Printed, so a failure can be reproduced.
std::uint64_t test_seed();

}  // namespace carecloud
