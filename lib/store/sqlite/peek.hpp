// A look at a stream's row beside a daemon that may be running: for `--check`. Reads only, locks nobody out.
#pragma once

#include "base/error.hpp"
#include "model/stream.hpp"
#include "store/sqlite/sqlite_store.hpp"

#include <optional>
#include <string>

namespace carecloud {

// None: there is no store yet, or it does not know the stream. Blocking. Errors: as SqliteStore::open, but store_owned.
Result<std::optional<StreamState>> peek_stream(const SqliteSettings& settings, const std::string& stream);

}  // namespace carecloud
