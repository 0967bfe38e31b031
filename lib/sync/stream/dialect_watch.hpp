// A dialect that was proven once is not believed for ever (hazard 33): it is shown to find what it must after every
// twelfth pass in a row that brought nothing, and whenever an event or a reconciliation found what a walk should have
// met. I/O thread alone.
#pragma once

#include "sync/walk/context.hpp"
#include "sync/walk/fetcher.hpp"

#include <optional>

namespace carecloud {

// Called at the end of each walk; `brought`: the walk has stored something. The dialect that the portal speaks by now,
// where it is another one than `in_use`. Mostly costs no request; two, or one with a record in hand, where it is due,
// and about 16 more where the record is not found. Errors: dialect_unknown where no form passes, or the dialect was set
// by hand and finds nothing any more; whatever ended a request.
Task<Result<std::optional<Dialect>>> watch_dialect(Fetcher& fetcher, const PassSettings& settings,
                                                   StreamMemory& memory, Dialect in_use, bool brought);

}  // namespace carecloud
