#include "store/sqlite/checkpointer.hpp"

#include "store/sqlite/log_repair.hpp"

#include <sqlite3.h>

namespace carecloud {
namespace {

constexpr std::uint64_t kFrameHeaderBytes = 24;  // SQLite's file format, "WAL Frame Header"
// Parts of checkpoint_bytes. Currently pieces of 8 MiB: a page of large records has that size, and sync_bench measures
// no gain with larger ones.
constexpr std::uint64_t kPieces = 8;
// How long the writer waits for other programs' readers before it continues with the old log. Short transactions have
// ended by then, and others are not worth a longer delay.
constexpr std::chrono::milliseconds kReaderWait{50};

}  // namespace

Checkpointer::Checkpointer(Connection& writer, const SqliteSettings& settings, FileWatch* watch)
    : writer_(writer),
      watch_(watch),
      busy_timeout_(settings.busy_timeout),
      frame_bytes_(static_cast<std::uint64_t>(writer.number("PRAGMA page_size")) + kFrameHeaderBytes),
      piece_bytes_(settings.checkpoint_bytes / kPieces),
      max_bytes_(settings.checkpoint_bytes),
      restart_at_bytes_(max_bytes_),
      db_(settings.path, settings.vfs) {
    db_.set_busy_timeout(settings.busy_timeout);
    // A checkpoint copies page by page through a buffer and does not use a cache.
    db_.execute("PRAGMA cache_size = 2; PRAGMA mmap_size = 0");
    db_.execute("PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0");
    // SQLite opens the log at the first read; a connection without one has nothing to move.
    db_.execute("PRAGMA schema_version");
    thread_ = std::thread([this] { run(); });
    sqlite3_wal_hook(writer_.get(), &Checkpointer::committed, this);
}

Checkpointer::~Checkpointer() {
    sqlite3_wal_hook(writer_.get(), nullptr, nullptr);
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    changed_.notify_all();
    thread_.join();
    if (!in_doubt_) return;
    for (Connection* db : {&writer_, &db_})
        db->set_checkpoint_on_close(false);
}

// Called by SQLite within COMMIT, when it is complete and its locks are released; the name is "main", since nothing is
// attached. A result other than SQLITE_OK would become the commit's.
int Checkpointer::committed(void* self, sqlite3* /*db*/, const char* /*name*/, int log_pages) {
    auto& checkpointer = *static_cast<Checkpointer*>(self);
    checkpointer.after_commit(static_cast<std::uint64_t>(log_pages) * checkpointer.frame_bytes_);
    return SQLITE_OK;
}

void Checkpointer::after_commit(std::uint64_t log_bytes) {
    // The log was restarted, after a checkpoint had moved all of it.
    if (log_bytes < log_bytes_) reset_sizes();
    log_bytes_ = log_bytes;
    if (log_bytes_ >= restart_at_bytes_) {
        if (restart())
            reset_sizes();
        else
            restart_at_bytes_ = log_bytes_ + max_bytes_;
    } else if (log_bytes_ - requested_at_bytes_ >= piece_bytes_) {
        requested_at_bytes_ = log_bytes_;
        request();
    }
}

void Checkpointer::reset_sizes() {
    log_bytes_ = 0;
    requested_at_bytes_ = 0;
    restart_at_bytes_ = max_bytes_;
}

void Checkpointer::request() {
    {
        const std::lock_guard lock(mutex_);
        requested_ = true;
    }
    changed_.notify_all();
}

// Moves the rest of the log, so the next commit restarts it. False: a reader of another program needs it, another
// program's checkpoint is running, or another condition that does not affect commits (see the header).
bool Checkpointer::restart() {
    return move_all(SQLITE_CHECKPOINT_RESTART) == SQLITE_OK;
}

bool Checkpointer::clear_log() {
    if (move_all(SQLITE_CHECKPOINT_TRUNCATE) != SQLITE_OK) return false;
    reset_sizes();
    return true;
}

int Checkpointer::move_all(int mode) {
    std::unique_lock lock(mutex_);
    // SQLite allows one checkpoint and waits for none. While the mutex is held, thread_ starts no other.
    changed_.wait(lock, [this] { return !running_; });
    requested_ = false;
    db_.set_busy_timeout(kReaderWait);
    const int code = move_log(mode);
    db_.set_busy_timeout(busy_timeout_);
    return code;
}

// SQLite's result code. Errors need no handling here, apart from in_doubt_: see the header.
int Checkpointer::move_log(int mode) {
    if (watch_ == nullptr) return move_watched(mode);
    if (!watch_->begin_move(db_)) return SQLITE_ABORT;
    const int code = move_watched(mode);
    watch_->end_move(db_);
    return code;
}

int Checkpointer::move_watched(int mode) {
    if (in_doubt_ && !move_again()) return SQLITE_BUSY;
    const int code = sqlite3_wal_checkpoint_v2(db_.get(), "main", mode, nullptr, nullptr);
    const int primary = code & 0xff;
    in_doubt_ = primary != SQLITE_OK && primary != SQLITE_BUSY && primary != SQLITE_LOCKED;
    return code;
}

bool Checkpointer::move_again() {
    try {
        const Transaction nobody_writes(db_, Transaction::Access::write);
        move_log_again(db_);
        return true;
    } catch (const SqlError&) {
        return false;  // the doubt stays, and the next request tries again
    }
}

void Checkpointer::run() {
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return requested_ || ending_; });
        if (ending_) return;
        requested_ = false;
        running_ = true;
        lock.unlock();
        move_log(SQLITE_CHECKPOINT_PASSIVE);
        lock.lock();
        running_ = false;
        changed_.notify_all();
    }
}

}  // namespace carecloud
