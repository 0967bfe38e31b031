// Opens a PostgreSQL store for a daemon.
//
//     auto store = open_postgres_store(settings, clock);
#pragma once

#include "base/clock.hpp"
#include "model/stream.hpp"
#include "store/postgres/settings.hpp"
#include "store/store_handle.hpp"

#include <memory>
#include <optional>
#include <string>

namespace carecloud {

// Blocks while it connects and migrates the schema. Errors: as PostgresStore::open, and config_invalid if the store was
// moved, or is an incomplete copy. `clock` must outlive the store.
Result<std::unique_ptr<StoreHandle>> open_postgres_store(const PostgresSettings& settings, Clock& clock);

// For --check: read a stream's row, and the space that former versions use, while daemons may be running. Write
// nothing. std::nullopt if there is no store yet. Block. Errors: as above, except config_invalid.
Result<std::optional<StreamState>> peek_stream(const PostgresSettings& settings, const std::string& stream);
Result<std::optional<VersionUse>> peek_versions(const PostgresSettings& settings);

}  // namespace carecloud
