// How many of the possible cases a run tries: CARECLOUD_ROUNDS, a factor, by default 1.
#pragma once

#include "contract/random_batch.hpp"

#include <cstdint>

namespace carecloud {

std::uint64_t rounds();

// Accidents are numbered from 1. An ordinary run tries every ninth, and under a sanitizer every 54th, with another
// first one each time; with that many CARECLOUD_ROUNDS it tries all.
std::uint64_t stride();
std::uint64_t first_of(std::uint64_t seed);

}  // namespace carecloud
