// Opens the store of a configuration. open_store.cpp is the daemon's only file that depends on the kinds of store.
#pragma once

#include "model/stream.hpp"
#include "runtime/configuration.hpp"
#include "store/moving/moving_side.hpp"
#include "store/store_handle.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace carecloud {

// What the store is configured to keep, as limits as of `now`.
KeepLimits keep_limits(const Configuration& configuration, Timestamp now);

// Blocks while it opens. Errors: store_owned store_newer store_busy store_full store_failed store_corrupt;
// config_invalid if the store was moved.
Result<std::unique_ptr<StoreHandle>> open_store(const Configuration& configuration, Clock& clock);

// Reads a stream's row while a daemon may be running, for --check. std::nullopt if there is no store yet or it does not
// have the stream. Blocks. Errors: as open_store(), except store_owned.
Result<std::optional<StreamState>> peek_stream(const Configuration& configuration, const std::string& stream);

// Opens a store to copy: `address` is "postgresql://…", "sqlite:/…" or an absolute path. The schema and the password of
// a PostgreSQL store are those of the configuration. A file that does not exist is created only if `may_create`.
// Errors: as open_store(), and invalid_argument.
Result<std::unique_ptr<MovingSide>> open_moving_side(const Configuration& configuration,
                                                     const std::string& address, bool may_create,
                                                     Clock& clock);

// Reads the space that former versions use, in the same way as peek_stream().
Result<std::optional<VersionUse>> peek_versions(const Configuration& configuration);

// Whether both configurations use the same store, which a reload cannot replace.
bool is_same_store(const Configuration& a, const Configuration& b);

// The store's file; empty if it is not a file.
std::string store_path(const Configuration& configuration);
// For messages: the file, or the database, its hosts and the schema.
std::string store_text(const Configuration& configuration);

// Files that may record that a store exists in a file: first this process's, then those of a process that runs with or
// without the service's state folder.
std::vector<std::string> store_markers(const Configuration& configuration,
                                       const EnvironmentLookup& environment);

}  // namespace carecloud
