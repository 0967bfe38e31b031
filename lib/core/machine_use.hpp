// What the service uses of the machine, as it was measured at one moment. Values only.
#pragma once

#include <cstdint>
#include <string>

namespace carecloud {

// The filesystem that a file is on.
struct DiskUse {
    std::string folder{};          // where it was looked at
    std::uint64_t size_bytes = 0;  // above 0
    std::uint64_t free_bytes = 0;  // for a user without privileges
};

}  // namespace carecloud
