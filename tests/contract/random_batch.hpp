// Batches drawn from a seed: a small world of ids and times in which everything that the contract names comes
// about.
#pragma once

#include "model/batch.hpp"

#include <cstdint>
#include <string>

namespace carecloud {

// The same batch for the same seed and index, in every process. Its state's cursor says `index`. `overlapping`: some
// pages were asked for before others had come, which a store forgets when it ends.
Batch random_batch(std::uint64_t seed, std::uint64_t index, bool overlapping = false);

// The index in a state's cursor.
std::uint64_t index_of(const StreamState& state);

// CARECLOUD_SEED, or a random one; printed, so that a failure can be run again.
std::uint64_t test_seed();

}  // namespace carecloud
