// A snapshot of the service's resource usage. Values only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace carecloud {

// The filesystem that contains a file, without the blocks that it reserves for root: what df(1) reports.
struct DiskUse {
    std::string folder{};          // in which it was measured
    std::uint64_t size_bytes = 0;  // used and free; greater than 0
    std::uint64_t free_bytes = 0;
};

// Disk usage of a store. Unknown values are omitted.
struct StoreUse {
    std::optional<DiskUse> disk{};
    std::optional<std::uint64_t> bytes{};  // includes its write-ahead log
};

// Usage of this process, as Prometheus client libraries measure it.
struct ProcessUse {
    double cpu_seconds = 0;  // user and system, since the start
    std::uint64_t resident_bytes = 0;
    std::uint64_t virtual_bytes = 0;
    std::uint64_t open_fds = 0;
    std::uint64_t max_fds = 0;
    double start_seconds = 0;  // since the epoch
};

// Unknown values are omitted.
struct MachineUse {
    std::optional<ProcessUse> process{};
    StoreUse store{};
};

}  // namespace carecloud
