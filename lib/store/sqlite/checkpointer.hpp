// Moves the write-ahead log into the database concurrently with the writer, on its own thread and connection.
//
//     Checkpointer checkpointer(db, settings, watch);   // from here on notified of each commit of `db`
//
// The writer requests a checkpoint whenever it has added a sizable piece to the log. It continues to write during the
// checkpoint, so SQLite cannot restart the log: once the log has its maximum size, the writer moves the rest, which is
// small by then.
//
// A commit is durable before any of this begins, and no checkpoint makes a commit fail. A failed checkpoint loses
// nothing: the log remains, and the next request moves all of it again, since the failed sync may have lost what was
// moved before. A store that is closed before that leaves its log to the next process. A permanent problem with the
// disk shows up in the commits, which write to the same disk.
//
// Constructed and destroyed while nobody uses `db`. The members under "Writer" belong to the thread that uses it.
#pragma once

#include "store/sqlite/connection.hpp"
#include "store/sqlite/file_watch.hpp"
#include "store/sqlite/sqlite_store.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

namespace carecloud {

class Checkpointer {
  public:
    // Replaces SQLite's automatic checkpoints of `writer`, a connection to the open database of `settings`, which must
    // outlive this. `watch` observes each checkpoint, and prevents those into a file that another program has
    // overwritten; null: nothing does. Throws SqlError.
    Checkpointer(Connection& writer, const SqliteSettings& settings, FileWatch* watch);
    // Waits for a running checkpoint. Afterwards the only checkpoint of `writer` is the one on its close, and not even
    // that one if the log must be moved again.
    ~Checkpointer();

    // Moves all of the log and truncates it, so nothing of it remains on the disk. False if that failed, for example
    // because a reader needs the log.
    bool clear_log();

    Checkpointer(const Checkpointer&) = delete;
    Checkpointer& operator=(const Checkpointer&) = delete;

  private:
    static int committed(void* self, sqlite3* db, const char* name, int log_pages);
    void after_commit(std::uint64_t log_bytes);
    void reset_sizes();
    void request();
    bool restart();
    int move_all(int mode);
    int move_log(int mode);
    int move_watched(int mode);
    bool move_again();
    void run();

    Connection& writer_;
    FileWatch* const watch_;
    const std::chrono::milliseconds busy_timeout_;
    const std::uint64_t frame_bytes_;
    const std::uint64_t piece_bytes_;  // growth of the log between two requests
    const std::uint64_t max_bytes_;    // of the log; also its growth between two attempts to restart it

    // Writer.
    std::uint64_t log_bytes_ = 0;           // after the last commit
    std::uint64_t requested_at_bytes_ = 0;  // log_bytes_ at the last request
    std::uint64_t restart_at_bytes_;        // log_bytes_ at which the writer restarts the log

    // Used by thread_ while running_, otherwise by the writer with the mutex held.
    Connection db_;
    bool in_doubt_ = false;  // a checkpoint failed: what was moved before may not be on the disk

    std::mutex mutex_;
    std::condition_variable changed_;
    bool requested_ = false;  // guarded by mutex_
    bool ending_ = false;     // guarded by mutex_
    bool running_ = false;    // guarded by mutex_: a checkpoint is running on thread_
    std::thread thread_;      // last: it uses all of the above
};

}  // namespace carecloud
