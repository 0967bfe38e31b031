// Detects that another program wrote to the database file (hazard 37), such as a backup copied over it (`cp backup
// store.db`): the path still leads to the same inode, so Ownership cannot detect it.
//
// With a write-ahead log only checkpoints write to the file; between two of them its size and its modification time do
// not change. If one of them did change:
//   - a checkpoint of another program, which SQLite's index of the log shows, is no loss;
//   - nor is a new modification time only (touch), if the first page of each table is unchanged. An older version of
//     the store differs there: every request to the portal changes `quota`, and each pass changes `streams`, both of
//     which are one or two pages long;
//   - anything else is the content of another file.
// A copy made while a checkpoint runs is not detected; a checkpoint takes a fraction of a second every few MB of
// changes.
//
// Thread-safe. The `db` of a call is a connection to the file that the calling thread may use.
#pragma once

#include "store/sqlite/connection.hpp"
#include "store/sqlite/log_repair.hpp"

#include <cstddef>
#include <mutex>
#include <optional>
#include <sys/types.h>
#include <time.h>
#include <vector>

namespace carecloud {

class FileWatch {
  public:
    // `fd` is the database file; it must stay open while this exists. Throws SqlError.
    FileWatch(int fd, Connection& db);

    // Once true, always true. During a checkpoint of this process: the result from before the checkpoint.
    bool is_overwritten(Connection& db);

    // Called before and after each checkpoint of this process. False: is_overwritten(), so nothing may be moved into
    // the file, and end_move() must not be called.
    bool begin_move(Connection& db);
    void end_move(Connection& db);

  private:
    struct Stamp {
        off_t bytes = 0;
        timespec modified{};
        bool operator==(const Stamp& other) const;
    };

    Stamp stamp() const;
    std::optional<std::vector<std::size_t>> first_pages() const;
    void note(Connection& db);
    void judge(Connection& db);

    int fd_;
    std::size_t page_bytes_;
    std::vector<off_t> first_page_numbers_;  // from 1

    std::mutex mutex_;  // guards all below
    Stamp stamp_;
    LogProgress progress_;
    std::optional<std::vector<std::size_t>> pages_;  // one hash per page; empty if the file could not be read
    bool other_checkpoint_ = false;                  // another program has run a checkpoint since note()
    bool moving_ = false;
    bool overwritten_ = false;
};

}  // namespace carecloud
