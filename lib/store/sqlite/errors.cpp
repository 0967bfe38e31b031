#include "store/sqlite/connection.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>
#include <utility>

#include <sqlite3.h>

namespace carecloud {
namespace {

ErrorCode code_of(const SqlError& error) {
    // SQLite says IOERR where it cannot grow the -shm file of a full disk.
    if (error.system_errno() == ENOSPC || error.system_errno() == EDQUOT) return ErrorCode::store_full;
    switch (error.code() & 0xff) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return ErrorCode::store_busy;
        case SQLITE_FULL:
            return ErrorCode::store_full;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return ErrorCode::store_corrupt;
        default:
            return ErrorCode::store_failed;
    }
}

std::string hint_for(ErrorCode code, int sqlite_code, const std::string& path) {
    switch (code) {
        case ErrorCode::store_busy:
            return "another program is writing to the store; end its transaction";
        case ErrorCode::store_full:
            return "free space on its filesystem: df -h " +
                   std::filesystem::path(path).parent_path().string();
        case ErrorCode::store_corrupt:
            return "stop the service and restore the file from a backup (README, Backing up and restoring), "
                   "or move it away with its -wal and -shm files and run: carecloud-syncd --new-store && "
                   "systemctl start carecloud-syncd (all records are then fetched again)";
        default:
            break;
    }
    switch (sqlite_code & 0xff) {
        case SQLITE_READONLY:
        case SQLITE_PERM:
        case SQLITE_AUTH:
        case SQLITE_CANTOPEN:
            return "the daemon's user must own the file, its -wal and -shm files and their directory, and "
                   "the filesystem must be mounted read-write";
        case SQLITE_IOERR:
            return "check the kernel log for disk errors; the store must be on a local filesystem";
        default:
            return {};
    }
}

}  // namespace

Error to_error(const SqlError& error, std::string operation, const std::string& path) {
    const ErrorCode code = code_of(error);
    std::string subject = path + ": " + error.what() + ", SQLite " + std::to_string(error.code());
    if (error.system_errno() != 0) subject += std::string(", ") + std::strerror(error.system_errno());
    return {.code = code,
            .operation = std::move(operation),
            .subject = std::move(subject),
            .hint = hint_for(code, error.code(), path)};
}

}  // namespace carecloud
