// Opening the file: what may be wrong with a path, how a connection is set up, and the schema's versions.
//
// The schema's versions are numbered SQL files, compiled in, applied in order, each in a transaction of its own.
// `PRAGMA user_version` is the number of the last one applied.
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

// Why nothing can be a store at `path`: no directory to lie in, or something there that is no file.
std::optional<Error> refuse_path(const std::string& path);

// Opens the database that `settings` name, ours or an empty one, at the newest schema. Needs Ownership of it.
// Errors: as SqliteStore::open.
Result<std::unique_ptr<Connection>> open_connection(const SqliteSettings& settings);

// A stream's row, read beside a daemon that may be running: for `--check`. Reads only, locks nobody out. None:
// there is no store yet, or it does not know the stream. Blocking. Errors: as SqliteStore::open, but store_owned.
Result<std::optional<StreamState>> peek_stream(const SqliteSettings& settings, const std::string& stream);

// What the former versions take, likewise. None: there is no store yet, or it is of a version that kept none.
Result<std::optional<VersionUse>> peek_versions(const SqliteSettings& settings);
// Of the database at `path`: its files, and the filesystem that its folder is on.
StoreUse store_use(const std::string& path);

struct Migration {
    int number;  // from 1, without holes
    std::string_view name;
    std::string_view sql;
};

// All that this program knows, in order.
std::span<const Migration> migrations();

// "CCSy", by which a database of ours is known from another program's (`PRAGMA application_id`; file(1) shows
// it).
inline constexpr std::int64_t kApplicationId = 0x43435379;

// Why the database cannot be ours to use: another program's (store_failed) or a newer version's
// (store_newer). An empty database is fine. Writes nothing. Throws SqlError.
std::optional<Error> refuse_foreign(Connection& db, const std::string& path);

// Brings the schema up to `known` (all migrations in the daemon). Throws SqlError; what was applied before
// stays.
void migrate(Connection& db, std::span<const Migration> known);

}  // namespace carecloud
