// What a reconciliation's walk could not find: records whose `modified` or `_id` has another type than the others match
// no literal of the dialect, in silence (hazard 33). The portal's own count tells of them, and a walk by `_id`, in each
// form that an id may be written in, meets them. I/O thread alone.
#pragma once

#include "sync/jobs/job_run.hpp"

#include <cstdint>

namespace carecloud {

// What a walk leaves to be counted. All are numbers of records.
struct Walked {
    std::uint64_t invalid = 0;   // met, and not in the store
    std::uint64_t unlisted = 0;  // in the store, and no listing shows them
    // The same of those that are too young to be gone: they may be gone, or not be visible yet.
    std::uint64_t unlisted_young = 0;
};

// Counts again, when the walk is over. Where the portal still has more than were met, they are looked for by `_id`,
// fetched and stored, and the stream's dialect is proven again by its next pass; what stays unexplained is noted in the
// row, with a warning. The walk is left out where the number is what the last reconciliation could not explain either.
// Nothing is done where the portal does not count.
Task<Result<>> recount(JobRun& run, Walked walked);

}  // namespace carecloud
