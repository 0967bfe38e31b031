// Passes, jobs and loads as text, and as fields of log lines.
//
// Pure; thread-safe.
#pragma once

#include "model/job.hpp"
#include "runtime/log.hpp"
#include "sync/walk/observer.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace carecloud {

// The progress of a wide load.

// 0 to 1; std::nullopt if the portal does not count.
std::optional<double> share_of(const LoadSnapshot& load);
// "12,000 of 48,000 records (25 %), 320/s, 2 min left"; without a total "12,000 records, 320/s".
std::string load_text(const LoadSnapshot& load);

std::int64_t milliseconds(Duration span);
// "2024-03-02T00:00:00Z 65e0…"; "none" if there is no cursor.
std::string cursor_text(const StreamState& state);

// For an ended pass, the `pass`-th since the start; counts of zero are omitted.
LogFields fields_of(const PassReport& report, std::uint64_t pass);
// For a job that begins, and for one that has ended.
LogFields begin_fields(const Job& pass);
LogFields fields_of(const Job& pass);

}  // namespace carecloud
