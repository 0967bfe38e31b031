// The store of a configuration. open_store.cpp is the daemon's only file that knows which kinds exist.
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

// The limits of what the store is configured to keep, as of `now`.
KeepLimits keep_limits(const Configuration& configuration, Timestamp now);

// Blocks while it opens. Errors: store_owned store_newer store_busy store_full store_failed store_corrupt.
Result<std::unique_ptr<StoreHandle>> open_store(const Configuration& configuration, Clock& clock);

// Reads a stream's row while a daemon may be running, for --check. std::nullopt if there is no store yet or it does not
// have the stream. Blocks. Errors: as open_store(), except store_owned.
Result<std::optional<StreamState>> peek_stream(const Configuration& configuration, const std::string& stream);

// A store to copy: "postgresql://…", "sqlite:/…" or an absolute path. The schema and the password of a PostgreSQL
// store are those of the configuration. Creates the store if there is none and it may. Errors: as open_store(),
// invalid_argument.
Result<std::unique_ptr<MovingSide>> open_moving_side(const Configuration& configuration,
                                                     const std::string& address, bool may_create,
                                                     Clock& clock);

// Reads how much space its former versions use, in the same way.
Result<std::optional<VersionUse>> peek_versions(const Configuration& configuration);

// Whether both configurations have the same store, which a reload cannot replace.
bool is_same_store(const Configuration& a, const Configuration& b);

// The file of the store; empty if it is not in a file.
std::string store_path(const Configuration& configuration);
// For messages: that file, or the database and its hosts.
std::string store_text(const Configuration& configuration);

// Files that may record that a store exists in a file: first this process's, then those of a process that runs with or
// without systemd's state folder.
std::vector<std::string> store_markers(const Configuration& configuration,
                                       const EnvironmentLookup& environment);

}  // namespace carecloud
