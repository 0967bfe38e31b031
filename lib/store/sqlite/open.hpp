// Opening the file: what may be wrong with a path, and how a connection is set up.
#pragma once

#include "base/error.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/sqlite_store.hpp"

#include <memory>
#include <optional>
#include <string>

namespace carecloud {

// Why nothing can be a store at `path`: no directory to lie in, or something there that is no file.
std::optional<Error> refuse_path(const std::string& path);

// Opens the database that `settings` name, ours or an empty one, at the newest schema. Needs Ownership of it.
// Errors: as SqliteStore::open.
Result<std::unique_ptr<Connection>> open_connection(const SqliteSettings& settings);

}  // namespace carecloud
