// Where store and portal differ, by counting: ranges of `modified` are halved until those that differ are small. Works
// wherever the portal tells totals, with one request a cut. I/O thread alone.
#pragma once

#include "sync/bounded_run.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace carecloud {

// The records with from <= modified < to, as texts.
struct Window {
    std::string from{};               // empty: from the first
    std::optional<std::string> to{};  // none: to the last
    std::uint64_t there = 0;          // how many the portal counts
};

// The smallest windows whose counts differ, in ascending order; none where the portal does not count.
Task<Result<std::optional<std::vector<Window>>>> differing_windows(BoundedRun& run);

}  // namespace carecloud
