// A port of loopback that nobody listens on just now.
#pragma once

#include <cstdint>

namespace carecloud::bench {

// Throws std::system_error.
std::uint16_t free_port();

}  // namespace carecloud::bench
