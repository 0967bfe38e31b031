// A PostgreSQL store as the one open store of a daemon.
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

// Blocks while it connects and migrates. Errors: as PostgresStore::open. `clock` outlives the store.
Result<std::unique_ptr<StoreHandle>> open_postgres_store(const PostgresSettings& settings, Clock& clock);

// What a store holds of a stream, and what its former versions take, for `--check`: beside daemons that may be running.
// Writes nothing. None: there is no store yet. Blocks. Errors: as above.
Result<std::optional<StreamState>> peek_stream(const PostgresSettings& settings, const std::string& stream);
Result<std::optional<VersionUse>> peek_versions(const PostgresSettings& settings);

}  // namespace carecloud
