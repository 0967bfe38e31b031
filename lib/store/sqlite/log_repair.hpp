// Repairs a write-ahead log and a database file if the disk may lack writes that SQLite considers done, by repeating
// them.
//
// After a failed fsync Linux considers the file's pages written: they can still be read, but no later fsync writes them
// to the disk, although it succeeds, and a power failure loses them. Only writing them again does.
#pragma once

#include "store/sqlite/connection.hpp"

#include <cstdint>

namespace carecloud {

// Makes durable what an earlier process left in the log. Its last commit may never have been synced; nothing would
// indicate that when the commit is found, used for responses, or moved into the database. In a transaction of `db` that
// may write. Throws SqlError.
void write_log_again(Connection& db);

// Makes the next checkpoints move the whole log, not only what no checkpoint has moved yet: SQLite syncs the database
// only with the last piece of the log, and if that sync fails, it moves only that piece again. In a transaction of `db`
// that may write. Throws SqlError; SQLITE_BUSY if a checkpoint is running.
void move_log_again(Connection& db);

// The progress of checkpoints, of any program. Changes with each checkpoint, and when the log restarts.
struct LogProgress {
    std::uint64_t salt = 0;       // of the log since its last restart
    std::uint32_t moved = 0;      // pages of the log that are in the database
    std::uint32_t attempted = 0;  // pages that a checkpoint has begun to move
    friend bool operator==(const LogProgress&, const LogProgress&) = default;
};
LogProgress log_progress(Connection& db);
// Whether a connection other than `db` is running a checkpoint.
bool is_checkpoint_running(Connection& db);

}  // namespace carecloud
