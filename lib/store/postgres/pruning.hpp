// Removes content that is older than the operator wants to keep, a slice at a time, so that commits never wait for
// long. Changes and versions are removed in the order of their numbers, up to the first one that is young enough, so a
// clock that was wrong for a while causes nothing to be removed too early. The newest change of each record and open
// events are always kept.
#pragma once

#include "store/postgres/connection.hpp"
#include "store/store_handle.hpp"

#include <cstdint>
#include <vector>

namespace carecloud {

// See StoreHandle::prune. In the current transaction. Throws PgError.
PruneReport prune_slice(PgConnection& db, const KeepLimits& limits);

// Removes the former versions of the records to which these changes belong, from these changes back, and their
// corrections if `corrections` is set. In the current transaction. Throws PgError.
void erase_versions(PgConnection& db, const std::vector<std::int64_t>& newest, bool corrections,
                    PruneReport& report);

}  // namespace carecloud
