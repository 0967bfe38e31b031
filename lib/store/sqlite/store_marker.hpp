// A note outside of the store that there is one. Without it a store whose file is gone (removed, not mounted, a typing
// mistake in its path) would be replaced by an empty one in silence (hazard 37).
//
// It also knows which file the store was, and which its write-ahead log: SQLite believes any log that lies beside a
// database, also the one of the file before, if a backup was moved into its place (`mv backup store.db`).
//
// Used while the store is opened.
#pragma once

#include "base/error.hpp"
#include "store/sqlite/sqlite_store.hpp"

#include <optional>
#include <string>

namespace carecloud {

// Why no empty store may be created at settings.path: settings.marker says that one has been there. None: there is one
// now, or there never was. Error: store_corrupt.
std::optional<Error> refuse_lost_store(const SqliteSettings& settings);

// If the database at settings.path is another file than the marker knows, and the log beside it the one that it knows,
// that log is the other file's: it is renamed to "…-wal.of-replaced-store". A log that came with the file stays.
void set_aside_log_of_replaced_store(const SqliteSettings& settings);

// Notes that there is a store at settings.path, which is open. If the marker cannot be written the next start does it.
void mark_store(const SqliteSettings& settings);

}  // namespace carecloud
