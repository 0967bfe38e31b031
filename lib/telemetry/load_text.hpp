// The progress of a wide load as text.
//
// Pure; thread-safe.
#pragma once

#include "sync/walk/observer.hpp"

#include <optional>
#include <string>

namespace carecloud {

// 0 to 1; std::nullopt if the portal does not count.
std::optional<double> share_of(const LoadSnapshot& load);
// "12,000 of 48,000 records (25 %), 320/s, 2 min left"; without a total "12,000 records, 320/s".
std::string load_text(const LoadSnapshot& load);

}  // namespace carecloud
