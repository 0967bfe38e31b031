// The store that a configuration names. open_store.cpp is the one file of the daemon that knows which kinds there are.
#pragma once

#include "model/stream.hpp"
#include "runtime/configuration.hpp"
#include "store/store_handle.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace carecloud {

// What the configuration has the store keep, as of `now`.
KeepLimits keep_limits(const Configuration& configuration, Timestamp now);

// Blocks while it opens. Errors: store_owned store_newer store_busy store_full store_failed store_corrupt.
Result<std::unique_ptr<StoreHandle>> open_store(const Configuration& configuration, Clock& clock);

// A stream's row, for --check: beside a daemon that may be running. None: there is no store yet, or it does not know
// the stream. Blocks. Errors: as open_store(), but store_owned.
Result<std::optional<StreamState>> peek_stream(const Configuration& configuration, const std::string& stream);

// What its former versions take, likewise.
Result<std::optional<VersionUse>> peek_versions(const Configuration& configuration);

// Whether both configurations name one store: a reload does not replace it.
bool is_same_store(const Configuration& a, const Configuration& b);

// The file that the store is in; empty: it is not in one.
const std::string& store_path(const Configuration& configuration);

// Files that may note that there is a store: the first one is this process's, the others are those of one that runs
// with or without systemd's state folder.
std::vector<std::string> store_markers(const Configuration& configuration,
                                       const EnvironmentLookup& environment);

}  // namespace carecloud
