// Exclusive ownership of a store (hazard 13): a lock on the file "<database>.lock" beside it, held for as
// long as the object lives and freed by the kernel however the process ends. It is a file of its own, so that
// other programs can read the database while the daemon runs. The file stays where it is: removing it would
// race.
//
// flock(2) is sure on local filesystems only, and so is SQLite's write-ahead log: no store on NFS or SMB.
#pragma once

#include "core/error.hpp"

#include <string>

namespace carecloud {

class Ownership {
  public:
    // Errors: store_owned (names the other process), store_failed, store_full.
    static Result<Ownership> take(const std::string& database_path);

    ~Ownership();
    Ownership(Ownership&& other) noexcept;
    Ownership& operator=(Ownership&& other) noexcept;

  private:
    explicit Ownership(int fd) : fd_(fd) {}

    int fd_ = -1;
};

}  // namespace carecloud
