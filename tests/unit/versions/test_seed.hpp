// The seed of the randomized tests of this folder; they print it if they fail.
#pragma once

#include <cstdlib>
#include <random>

namespace carecloud {

// A different one for each run, unless CARECLOUD_SEED is set.
inline unsigned versions_seed() {
    const char* given = std::getenv("CARECLOUD_SEED");
    return given != nullptr ? static_cast<unsigned>(std::strtoul(given, nullptr, 10))
                            : std::random_device{}();
}

}  // namespace carecloud
