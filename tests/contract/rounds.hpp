// The number of cases that a run tries: CARECLOUD_ROUNDS is a factor, 1 by default.
#pragma once

#include "contract/random_batch.hpp"

#include <cstdint>

namespace carecloud {

std::uint64_t rounds();

// Accidents are numbered from 1. An ordinary run tries every 9th (under a sanitizer every 54th), beginning with a
// different one in each run; with CARECLOUD_ROUNDS=9 (54) it tries all.
std::uint64_t stride();
std::uint64_t first_of(std::uint64_t seed);

}  // namespace carecloud
