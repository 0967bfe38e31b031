#include "store/sqlite/log_repair.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

#include <sqlite3.h>

namespace carecloud {
namespace {

// SQLite's file format, "WAL-Index Format" and "WAL Locks".
constexpr int kIndexRegionBytes = 32768;
constexpr std::size_t kSaltOffset = 32;
constexpr std::size_t kBackfillOffset = 96;
constexpr std::size_t kAttemptedOffset = 128;
constexpr int kCheckpointSlot = 1;

// SQLite's Unix VFS accepts less than 128 KiB per call.
constexpr sqlite3_int64 kPieceBytes = 1 << 16;

void check(int code, const char* what) {
    if (code != SQLITE_OK) throw SqlError(code, 0, what);
}

// SQLite's own handle, because closing another handle would release its locks (POSIX).
sqlite3_file& file_of(Connection& db, int which) {
    sqlite3_file* file = nullptr;
    check(sqlite3_file_control(db.get(), "main", which, &file), "no such file");
    if (!file || !file->pMethods) throw SqlError(SQLITE_IOERR, 0, "a file that is not open");
    return *file;
}

// nullptr if the connection has not opened the log.
char volatile* index_of(sqlite3_file& database) {
    void volatile* index = nullptr;
    check(database.pMethods->xShmMap(&database, 0, kIndexRegionBytes, 0, &index), "the log's index");
    return static_cast<char volatile*>(index);
}

std::uint32_t volatile& number_at(char volatile* index, std::size_t offset) {
    return *reinterpret_cast<std::uint32_t volatile*>(index + offset);
}

class CheckpointLock {
  public:
    explicit CheckpointLock(sqlite3_file& database) : database_(database) {
        check(lock(SQLITE_SHM_LOCK), "a checkpoint is in progress");
    }
    ~CheckpointLock() { lock(SQLITE_SHM_UNLOCK); }
    CheckpointLock(const CheckpointLock&) = delete;
    CheckpointLock& operator=(const CheckpointLock&) = delete;

  private:
    int lock(int operation) {
        return database_.pMethods->xShmLock(&database_, kCheckpointSlot, 1, operation | SQLITE_SHM_EXCLUSIVE);
    }

    sqlite3_file& database_;
};

}  // namespace

void write_log_again(Connection& db) {
    sqlite3_file& log = file_of(db, SQLITE_FCNTL_JOURNAL_POINTER);
    sqlite3_int64 size = 0;
    check(log.pMethods->xFileSize(&log, &size), "the log's size");
    if (size == 0) return;
    std::vector<char> piece(static_cast<std::size_t>(std::min(size, kPieceBytes)));
    for (sqlite3_int64 offset = 0; offset < size; offset += kPieceBytes) {
        const int bytes = static_cast<int>(std::min(size - offset, kPieceBytes));
        check(log.pMethods->xRead(&log, piece.data(), bytes, offset), "reading the log");
        check(log.pMethods->xWrite(&log, piece.data(), bytes, offset), "writing the log again");
    }
    check(log.pMethods->xSync(&log, SQLITE_SYNC_FULL), "syncing the log");
}

void move_log_again(Connection& db) {
    sqlite3_file& database = file_of(db, SQLITE_FCNTL_FILE_POINTER);
    const CheckpointLock lock(database);
    if (char volatile* const index = index_of(database)) number_at(index, kBackfillOffset) = 0;
}

LogProgress log_progress(Connection& db) {
    char volatile* const index = index_of(file_of(db, SQLITE_FCNTL_FILE_POINTER));
    if (!index) return {};
    const std::uint64_t salt = number_at(index, kSaltOffset);
    return {.salt = salt << 32U | number_at(index, kSaltOffset + 4),
            .moved = number_at(index, kBackfillOffset),
            .attempted = number_at(index, kAttemptedOffset)};
}

bool is_checkpoint_running(Connection& db) {
    try {
        const CheckpointLock lock(file_of(db, SQLITE_FCNTL_FILE_POINTER));
        return false;
    } catch (const SqlError&) {
        return true;
    }
}

}  // namespace carecloud
