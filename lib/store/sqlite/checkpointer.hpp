// Moves the write-ahead log into the database beside the thread that writes, on a thread and a connection of its own.
//
//     Checkpointer checkpointer(db, settings);   // hears of each commit of `db` from here on
//
// The writer requests a checkpoint each time it has added a good piece to the log. It goes on writing meanwhile, so
// that the log cannot begin anew by itself: a log that has reached its greatest length is moved by the writer, which
// then has only the rest to do.
//
// A commit is durable before any of this begins, and no checkpoint makes one fail. A failed checkpoint loses nothing:
// the log stays as it is, and the next request moves all of it again, since what was moved before may have been lost by
// the sync that failed. A store that is closed before that leaves its log to the next process. What is lastingly wrong
// with the disk shows itself at the commits, which write to the same one.
//
// Built and destroyed while nobody uses `db`; what stands under "writer" is of the thread that uses it.
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
    // Takes the place of SQLite's automatic checkpoints of `writer`, a connection to the open database that `settings`
    // name, which must outlive this. `watch` knows of each checkpoint, and prevents those into a file that another
    // program has overwritten; null: nothing does. Throws SqlError.
    Checkpointer(Connection& writer, const SqliteSettings& settings, FileWatch* watch);
    // Waits for the checkpoint under way. `writer` has no checkpoints afterwards but that of its close, and not that
    // one either where the log is to be moved again.
    ~Checkpointer();

    // Moves all of the log and cuts it, so that nothing of it is left on the disk. False: a reader needs it.
    bool clear_log();

    Checkpointer(const Checkpointer&) = delete;
    Checkpointer& operator=(const Checkpointer&) = delete;

  private:
    static int committed(void* self, sqlite3* db, const char* name, int log_pages);
    void after_commit(std::uint64_t log_bytes);
    void begin_anew();
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
    const std::uint64_t piece_bytes_;  // what the log grows by between two requests
    const std::uint64_t max_bytes_;  // the log's, and what it grows by between two tries of the writer's own

    // Writer.
    std::uint64_t log_bytes_ = 0;           // after the last commit
    std::uint64_t requested_at_bytes_ = 0;  // what log_bytes_ was then
    std::uint64_t restart_at_bytes_;        // what log_bytes_ will be

    // Of thread_ while running_, else of the writer with the mutex held.
    Connection db_;
    bool in_doubt_ = false;  // a checkpoint failed: what was moved before may not be on the disk

    std::mutex mutex_;
    std::condition_variable changed_;
    bool requested_ = false;  // guarded by mutex_
    bool ending_ = false;     // guarded by mutex_
    bool running_ = false;    // guarded by mutex_: a checkpoint is under way on thread_
    std::thread thread_;      // last: it uses all of the above
};

}  // namespace carecloud
