// The fields of log lines about passes and jobs. Pure.
#pragma once

#include "model/job.hpp"
#include "runtime/log.hpp"
#include "sync/walk/observer.hpp"

#include <cstdint>
#include <string>

namespace carecloud {

std::int64_t milliseconds(Duration span);
// "2024-03-02T00:00:00Z 65e0…"; "none" if there is no cursor.
std::string cursor_text(const StreamState& state);

// For an ended pass, the `pass`-th since the start; counts of zero are omitted.
LogFields fields_of(const PassReport& report, std::uint64_t pass);
// For a job that begins, and for one that has ended.
LogFields begin_fields(const Job& pass);
LogFields fields_of(const Job& pass);

}  // namespace carecloud
