#include "contract/rounds.hpp"

#include "support/sanitized.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>

namespace carecloud {

std::uint64_t rounds() {
    const char* given = std::getenv("CARECLOUD_ROUNDS");
    return given ? std::max<std::uint64_t>(1, std::stoull(given)) : 1;
}

std::uint64_t stride() {
    constexpr std::uint64_t usual = kSanitized ? 54 : 9;
    return std::max<std::uint64_t>(1, usual / rounds());
}

std::uint64_t first_of(std::uint64_t seed) {
    return 1 + seed % stride();
}

}  // namespace carecloud
