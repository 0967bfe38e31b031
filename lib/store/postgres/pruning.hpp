// Takes away what is older than an operator wants to keep, a slice at a time, so that no commit waits for long. Changes
// and versions go in the order in which they came, up to the first one that is young enough: a clock that was wrong for
// a while takes nothing away too early. Of a record its newest change always stays, and an event that is open stays.
#pragma once

#include "store/postgres/link.hpp"
#include "store/store_handle.hpp"

#include <cstdint>
#include <vector>

namespace carecloud {

// One transaction. As StoreHandle::prune.
Result<PruneReport> prune_slice(PgLink& link, const KeepLimits& limits);

// Removes the former versions of the records to which these changes belong, with what was corrected in them if
// `corrections` is set. In the transaction under way. Throws PgError.
void erase_versions(PgConnection& db, const std::vector<std::int64_t>& newest, bool corrections,
                    PruneReport& report);

}  // namespace carecloud
