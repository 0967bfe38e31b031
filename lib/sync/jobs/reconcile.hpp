// The comparison of a stream with all that the portal has: what `modified` cannot tell (sync-model, hazards 5, 6 and
// 21, "Reconciling cheaply"). What the store lacks is fetched; what the portal has no more is marked as deleted once
// two listings and a retrieval by id deny it, and the overlap has passed since its `modified`. I/O thread alone.
#pragma once

#include "sync/jobs/job_run.hpp"

namespace carecloud {

// Where more are gone than the guard lets go, nothing is marked and the row is `awaiting_confirmation`, unless it has
// confirm_deletes.
Task<Result<>> reconcile(JobRun& run, const DeleteGuard& guard);

}  // namespace carecloud
