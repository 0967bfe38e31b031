// Exclusive ownership of a store (hazard 13): flock(2) on the database's file itself, so that whatever path leads to it
// (a symbolic link, another mount), it is one store. It does not disturb other programs that read: SQLite's own locks
// are of another kind (fcntl). Those are lost as soon as a process closes any descriptor of the file, so this is to be
// destroyed after the process's last connection to it is closed.
//
// A file with more than one hard link is refused: SQLite names its log after the path, and each link would have one.
// flock(2) is sure on local filesystems only, and so is SQLite's write-ahead log: no store on NFS or SMB.
//
// The marker is a note outside of the store that there is one. Without it a store whose file is gone (removed, not
// mounted, a typing error in its path) would be replaced by an empty one in silence (hazard 37). It also knows which
// file the store was, and which its write-ahead log: SQLite believes any log that lies beside a database, also the one
// of the file before, if a backup was moved into its place (`mv backup store.db`).
#pragma once

#include "base/error.hpp"
#include "store/sqlite/sqlite_store.hpp"

#include <optional>
#include <string>
#include <sys/types.h>

namespace carecloud {

class Ownership {
  public:
    // Creates the file (mode 0640), empty, where there is none. Errors: store_owned (names the other process, if
    // the system shows it), store_failed, store_full.
    static Result<Ownership> take(const std::string& database_path);

    ~Ownership();
    Ownership(Ownership&& other) noexcept;
    Ownership& operator=(Ownership&& other) noexcept;

    // From now on the log beside the database counts, too: it is there for as long as the database is open.
    void watch_log() { with_log_ = true; }
    // Why what is written is lost (hazard 37): the path no longer leads to the file that is owned. None: it does.
    std::optional<Error> lost() const;
    // Of the file. Others than the owner must not close it.
    int descriptor() const { return fd_; }

  private:
    Ownership(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}

    int fd_ = -1;
    std::string path_;
    dev_t device_ = 0;
    ino_t inode_ = 0;
    bool with_log_ = false;
};

// Why no empty store may be created at settings.path: settings.marker says that one has been there. None: there is one
// now, or there never was. Error: store_corrupt.
std::optional<Error> refuse_lost_store(const SqliteSettings& settings);

// If the database at settings.path is another file than the marker knows, and the log beside it the one that it knows,
// that log is the other file's: it is renamed to "…-wal.of-replaced-store". A log that came with the file stays.
void set_aside_log_of_replaced_store(const SqliteSettings& settings);

// Notes that there is a store at settings.path, which is open. If the marker cannot be written the next start does it.
void mark_store(const SqliteSettings& settings);

// Notes that another program overwrote the file while it was open, so that the next start sets the log aside, too.
void mark_overwritten(const SqliteSettings& settings);

// As Ownership::lost(), of a file that was overwritten.
Error overwritten(const std::string& path);

}  // namespace carecloud
