// What SQLite believes of its write-ahead log and its database file, and what a disk may not have done: both are
// repaired by doing again what was done before.
//
// After a failed fsync Linux takes the file's pages for written: they are still seen, no later fsync brings them to the
// disk, though it succeeds, and a power loss takes them away. Only writing them once more does.
#pragma once

#include "store/sqlite/connection.hpp"

#include <cstdint>

namespace carecloud {

// Makes durable what a life before this one left in the log: its last commit may never have been synced, and nobody
// would know when it is found again, is answered from, or is moved into the database. In a transaction of `db` that may
// write. Throws SqlError.
void write_log_again(Connection& db);

// Has the next checkpoints move the whole log, not only what no checkpoint has moved yet: SQLite syncs the database
// only with the last piece of the log, and when that sync fails, it moves only that piece again. In a transaction of
// `db` that may write. Throws SqlError; SQLITE_BUSY while a checkpoint is under way.
void move_log_again(Connection& db);

// How far checkpoints have come, of whatever program. It changes with each of them, and where the log begins anew.
struct LogProgress {
    std::uint64_t salt = 0;   // of the log since it began anew
    std::uint32_t moved = 0;  // pages of it in the database
    std::uint32_t attempted = 0;
    friend bool operator==(const LogProgress&, const LogProgress&) = default;
};
LogProgress log_progress(Connection& db);
// Of a connection other than `db`.
bool is_checkpoint_running(Connection& db);

}  // namespace carecloud
