// One record of the quarantine, asked for again. I/O thread alone.
#pragma once

#include "model/quarantine_retry.hpp"
#include "sync/walk/context.hpp"

namespace carecloud {

// With the stream's filter and projection and its proven dialect; what comes is committed beside the cursor. Errors as
// RetryQueue::retry() has them; a canceled one reports ErrorCode::canceled.
Task<Result<RetryReport>> retry_quarantined(PassContext context, const PassSettings& settings,
                                            RetryRequest request);

}  // namespace carecloud
