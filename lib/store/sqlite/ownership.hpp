// Exclusive ownership of a store (hazard 13): flock(2) on the database file itself, so it is one store whichever path
// leads to it (a symbolic link, another mount). Programs that read are not disturbed: SQLite's own locks are of another
// kind (fcntl). A process loses those when it closes any descriptor of the file, so destroy this only after the
// process's last connection to the file is closed.
//
// A file with more than one hard link is refused: SQLite derives the name of its log from the path, so each link would
// have its own log. flock(2) is reliable on local filesystems only, and so is SQLite's write-ahead log: no store on NFS
// or SMB.
//
// The marker is a file outside of the store which records that the store exists. Without it, a store whose file is
// missing (removed, not mounted, a typing error in its path) would silently be replaced by an empty one (hazard 37). It
// also identifies the database file and its write-ahead log: SQLite trusts any log next to a database, even the log of
// the previous file if a backup was moved into its place (`mv backup store.db`).
#pragma once

#include "base/error.hpp"
#include "store/sqlite/sqlite_store.hpp"

#include <optional>
#include <string>
#include <sys/types.h>

namespace carecloud {

class Ownership {
  public:
    // Creates an empty file (mode 0640) if there is none. Errors: store_owned (names the other process if the system
    // shows it), store_failed, store_full.
    static Result<Ownership> take(const std::string& database_path);

    ~Ownership();
    Ownership(Ownership&& other) noexcept;
    Ownership& operator=(Ownership&& other) noexcept;

    // From now on lost() also checks the log next to the database, which exists as long as the database is open.
    void watch_log() { with_log_ = true; }
    // Returns why writes are lost (hazard 37): the path no longer leads to the owned file. std::nullopt if it does.
    std::optional<Error> lost() const;
    // Descriptor of the file. Only the owner may close it.
    int descriptor() const { return fd_; }

  private:
    Ownership(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}

    int fd_ = -1;
    std::string path_;
    dev_t device_ = 0;
    ino_t inode_ = 0;
    bool with_log_ = false;
};

// Returns why no empty store may be created at settings.path: according to settings.marker, a store existed there.
// std::nullopt if there is one now, or there never was one. Error: store_corrupt.
std::optional<Error> refuse_lost_store(const SqliteSettings& settings);

// Renames the log next to the database to "…-wal.of-replaced-store" if the marker identifies it but not the database:
// then it belongs to the file that was replaced. A log that came with the new file remains.
void set_aside_log_of_replaced_store(const SqliteSettings& settings);

// Records that there is a store at settings.path, which is open. If the marker cannot be written, the next start does
// it.
void mark_store(const SqliteSettings& settings);

// Records that another program overwrote the file while it was open, so the next start sets the log aside, too.
void mark_overwritten(const SqliteSettings& settings);

// The error of Ownership::lost() for a file that was overwritten.
Error overwritten(const std::string& path);

}  // namespace carecloud
