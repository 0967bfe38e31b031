// Opening the file: checks of the path, setup of the connection, and schema versions.
//
// Schema versions are numbered SQL files, compiled in and applied in order, each in its own transaction. `PRAGMA
// user_version` is the number of the last applied one.
#pragma once

#include "base/error.hpp"
#include "base/machine_use.hpp"
#include "model/stream.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "store/store_handle.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace carecloud {

// Returns why there can be no store at `path`: its directory is missing or unusable, or the path is not a regular file.
std::optional<Error> refuse_path(const std::string& path);

// Opens the database of `settings`, which must be a store or empty, and migrates it to the newest schema. Requires its
// Ownership. Errors: as SqliteStore::open.
Result<std::unique_ptr<Connection>> open_connection(const SqliteSettings& settings);

// Reads a stream's row while a daemon may be running, for `--check`. Only reads, and blocks no other program.
// std::nullopt if there is no store yet or it does not have the stream. Blocking. Errors: as SqliteStore::open, except
// store_owned.
Result<std::optional<StreamState>> peek_stream(const SqliteSettings& settings, const std::string& stream);

// Reads how much space former versions use, in the same way. std::nullopt if there is no store yet, or its schema has
// no former versions.
Result<std::optional<VersionUse>> peek_versions(const SqliteSettings& settings);
// Space used by the database at `path`: its files, and the filesystem of its folder.
StoreUse store_use(const std::string& path);

struct Migration {
    int number;  // from 1, without gaps
    std::string_view name;
    std::string_view sql;
};

// All migrations known to this program, in order.
std::span<const Migration> migrations();

// "CCSy": distinguishes a store from the databases of other programs (`PRAGMA application_id`; file(1) shows it).
inline constexpr std::int64_t kApplicationId = 0x43435379;

// Returns why this program must not use the database: it belongs to another program (store_failed) or a newer version
// (store_newer). Accepts an empty database. Writes nothing. Throws SqlError.
std::optional<Error> refuse_foreign(Connection& db, const std::string& path);

// Migrates the schema to the last of `known` (all migrations in the daemon). Throws SqlError; migrations that were
// applied before it remain.
void migrate(Connection& db, std::span<const Migration> known);

// Of a store that is open. Errors: config_invalid: it was moved, or is an incomplete copy, and must not be used.
Result<> check_not_moved(const SqliteSettings& settings);

}  // namespace carecloud
