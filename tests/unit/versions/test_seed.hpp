// The seed of the randomized tests of this folder; they print it if they fail.
#pragma once

#include <cstdlib>
#include <random>

namespace carecloud {

// Another one at each run; CARECLOUD_SEED repeats one.
inline unsigned versions_seed() {
    const char* given = std::getenv("CARECLOUD_SEED");
    return given != nullptr ? static_cast<unsigned>(std::strtoul(given, nullptr, 10))
                            : std::random_device{}();
}

}  // namespace carecloud
