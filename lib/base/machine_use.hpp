// What the service uses of the machine, as it was measured at one moment. Values only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace carecloud {

// The filesystem that a file is on.
struct DiskUse {
    std::string folder{};          // where it was looked at
    std::uint64_t size_bytes = 0;  // above 0
    std::uint64_t free_bytes = 0;  // for a user without privileges
};

// What a store takes. What is not known is left out.
struct StoreUse {
    std::optional<DiskUse> disk{};
    std::optional<std::uint64_t> bytes{};  // its log included
};

// This process, as Prometheus' client libraries measure theirs.
struct ProcessUse {
    double cpu_seconds = 0;  // user and system, since the start
    std::uint64_t resident_bytes = 0;
    std::uint64_t virtual_bytes = 0;
    std::uint64_t open_fds = 0;
    std::uint64_t max_fds = 0;
    double start_seconds = 0;  // since the epoch
};

// What is not known is left out.
struct MachineUse {
    std::optional<ProcessUse> process{};
    StoreUse store{};
};

}  // namespace carecloud
