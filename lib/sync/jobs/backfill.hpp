// The fetch of the records of a range of days, month by month (sync-model, hazard 22). I/O thread alone.
#pragma once

#include "sync/jobs/job_run.hpp"

namespace carecloud {

// Goes on from the row's step and position, and writes the row down after each page and step: a page that was committed
// and not noted is met again, and takes no version twice.
Task<Result<>> backfill(JobRun& run);

}  // namespace carecloud
