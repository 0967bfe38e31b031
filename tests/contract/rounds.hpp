// How much of what could be tried a run tries: CARECLOUD_ROUNDS, a factor of 1 where nothing is said.
#pragma once

#include "contract/random_batch.hpp"

#include <cstdint>

namespace carecloud {

std::uint64_t rounds();

// Of the accidents that are numbered from 1, an ordinary run tries each ninth, and under a sanitizer each 27th,
// beginning somewhere else each time; with as many CARECLOUD_ROUNDS all of them.
std::uint64_t stride();
std::uint64_t first_of(std::uint64_t seed);

}  // namespace carecloud
