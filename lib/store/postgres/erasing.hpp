// Erases the content of a record: its body, former versions, corrections, events and quarantine. Hashes and changes
// remain. The server's own copies (dead rows until the next VACUUM, the write-ahead log, archives and backups) are the
// responsibility of the database's operator, so ErasureReport::log_cleared is always false.
#pragma once

#include "store/postgres/link.hpp"
#include "store/store_handle.hpp"

namespace carecloud {

// See StoreHandle::erase.
Result<ErasureReport> erase_record(PgLink& link, const ErasureRequest& request, Timestamp at);

}  // namespace carecloud
