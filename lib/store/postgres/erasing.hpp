// Erases the content of a record: its body, former versions, corrections, events and quarantine. Hashes and changes
// stay. The server's own copies (dead rows until the next VACUUM, its write-ahead log, archives and backups) are the
// database operator's: see ErasureReport::log_cleared, which is false here.
#pragma once

#include "store/postgres/link.hpp"
#include "store/store_handle.hpp"

namespace carecloud {

// As StoreHandle::erase.
Result<ErasureReport> erase_record(PgLink& link, const ErasureRequest& request, Timestamp at);

}  // namespace carecloud
