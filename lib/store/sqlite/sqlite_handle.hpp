// A SqliteStore and its SqliteReader as the one open store of a daemon.
#pragma once

#include "store/sqlite/sqlite_store.hpp"
#include "store/store_handle.hpp"

#include <memory>

namespace carecloud {

// Blocks while it opens. Errors: as SqliteStore::open. `clock` outlives the store.
Result<std::unique_ptr<StoreHandle>> open_sqlite_store(const SqliteSettings& settings, Clock& clock);

}  // namespace carecloud
