#include "store/sqlite/ownership.hpp"

#include "base/packaged_service.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace carecloud {
namespace {

constexpr const char* kTakeOwnership = "take ownership of store";
constexpr int kAttempts = 3;

Error cannot_open(const std::string& path, int error) {
    const bool full = error == ENOSPC || error == EDQUOT;
    return {.code = full ? ErrorCode::store_full : ErrorCode::store_failed,
            .operation = kTakeOwnership,
            .subject = path + ": " + std::strerror(error),
            .hint = full ? "free space on its filesystem"
                         : "the daemon's user must own the file and have write access to the directory, on a "
                           "local filesystem mounted read-write"};
}

// A read-only file is locked, too: SQLite reports the error.
int open_database(const std::string& path) {
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (fd >= 0 || (errno != EACCES && errno != EROFS)) return fd;
    const int first = errno;
    const int read_only = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (read_only < 0) errno = first;
    return read_only;
}

// The process that holds the lock; empty if /proc does not show it (systemd's ProcSubset=pid).
std::string owner_of(ino_t inode) {
    std::ifstream locks("/proc/locks");
    const std::string ending = ":" + std::to_string(inode);
    for (std::string line; std::getline(locks, line);) {
        std::istringstream words(line);
        std::string number, kind, advisory, access, process, file;
        words >> number >> kind >> advisory >> access >> process >> file;
        if (kind == "FLOCK" && file.ends_with(ending)) return process;
    }
    return {};
}

Error owned(const std::string& path, ino_t inode) {
    const std::string owner = owner_of(inode);
    const std::string who = owner.empty() ? "another process" : "process " + owner;
    return {.code = ErrorCode::store_owned,
            .operation = kTakeOwnership,
            .subject = path + " is in use by " + who,
            .hint = "stop that carecloud-syncd, or set another store.url"};
}

Error linked(const std::string& path, nlink_t links) {
    return {
        .code = ErrorCode::store_failed,
        .operation = kTakeOwnership,
        .subject = path + " has " + std::to_string(links) + " hard links",
        .hint =
            "two programs could write to it under different names; remove the other links (find -samefile " +
            path + "), or use a copy"};
}

int lock(int fd) {
    while (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EINTR) return errno;
    }
    return 0;
}

// The marker of an earlier version contains only the path.
struct Mark {
    std::string path{};
    std::string store{};  // identity_of() the two files
    std::string log{};
    friend bool operator==(const Mark&, const Mark&) = default;
};

Mark read_mark(const std::string& marker) {
    std::ifstream file(marker);
    Mark mark;
    std::getline(file, mark.path);
    file >> mark.store >> mark.log;
    return mark;
}

std::string log_of(const SqliteSettings& settings) {
    return settings.path + "-wal";
}

// Different from every identity_of() a file.
constexpr const char* kOverwritten = "overwritten";

// The inode and the creation time of a file: a new file may reuse the inode of a removed one. Empty if there is no
// file.
std::string identity_of(const std::string& path) {
    struct statx file {};
    if (::statx(AT_FDCWD, path.c_str(), 0, STATX_INO | STATX_BTIME, &file) != 0) return {};
    std::string identity = std::to_string(file.stx_ino);
    // Some filesystems do not record the creation time.
    if ((file.stx_mask & STATX_BTIME) != 0)
        identity +=
            "." + std::to_string(file.stx_btime.tv_sec) + "." + std::to_string(file.stx_btime.tv_nsec);
    return identity;
}

void write_mark(const std::string& marker, const Mark& mark) {
    if (read_mark(marker) == mark) return;
    std::ofstream(marker, std::ios::trunc) << mark.path << "\n" << mark.store << " " << mark.log << "\n";
}

Error lost_by(const std::string& what) {
    return {
        .code = ErrorCode::store_failed,
        .operation = "watch the store",
        .subject = what + " while the service was running; further writes would be lost",
        .hint =
            "put it back, or restore a backup there (manual: operations, \"Backing up and restoring\"); the "
            "service exits and uses the file found at its next start"};
}

}  // namespace

Result<Ownership> Ownership::take(const std::string& database_path) {
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
        Ownership ownership(open_database(database_path), database_path);
        struct stat file {};
        if (ownership.fd_ < 0 || ::fstat(ownership.fd_, &file) != 0) return cannot_open(database_path, errno);
        ownership.device_ = file.st_dev;
        ownership.inode_ = file.st_ino;
        const int failure = lock(ownership.fd_);
        if (failure == EWOULDBLOCK) return owned(database_path, file.st_ino);
        if (failure != 0) return cannot_open(database_path, failure);
        if (file.st_nlink > 1) return linked(database_path, file.st_nlink);
        // The file may have been replaced between open() and flock().
        if (!ownership.lost()) return ownership;
    }
    return cannot_open(database_path, EAGAIN);
}

std::optional<Error> Ownership::lost() const {
    struct stat file {};
    struct stat log {};
    const bool there = ::stat(path_.c_str(), &file) == 0 && file.st_dev == device_ && file.st_ino == inode_;
    if (there && (!with_log_ || ::stat((path_ + "-wal").c_str(), &log) == 0)) return std::nullopt;
    return lost_by(path_ + (there ? "-wal" : "") + " was removed, replaced or unmounted");
}

Error overwritten(const std::string& path) {
    return lost_by(path + " was overwritten or truncated");
}

Ownership::~Ownership() {
    if (fd_ >= 0) ::close(fd_);
}

Ownership::Ownership(Ownership&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      path_(std::move(other.path_)),
      device_(other.device_),
      inode_(other.inode_),
      with_log_(other.with_log_) {}

Ownership& Ownership::operator=(Ownership&& other) noexcept {
    std::swap(fd_, other.fd_);
    std::swap(path_, other.path_);
    std::swap(device_, other.device_);
    std::swap(inode_, other.inode_);
    std::swap(with_log_, other.with_log_);
    return *this;
}

std::optional<Error> refuse_lost_store(const SqliteSettings& settings) {
    if (settings.marker.empty() || read_mark(settings.marker).path != settings.path) return std::nullopt;
    std::error_code missing;
    const auto bytes = std::filesystem::file_size(settings.path, missing);
    if (!missing && bytes > 0) return std::nullopt;
    const PackagedService& service = PackagedService::own();
    return Error{.code = ErrorCode::store_corrupt,
                 .operation = "open store",
                 .subject = settings.path + " is " + (missing ? "gone" : "empty") +
                            ", but a store existed there (recorded in " + settings.marker + ")",
                 .hint =
                     "put it back, mount its filesystem, or restore a backup there (manual: operations, "
                     "\"Backing up and restoring\"), then: systemctl start " +
                     service.unit() + "; to start with an empty store, as root: " + service.program() +
                     " --new-store && systemctl start " + service.unit()};
}

void set_aside_log_of_replaced_store(const SqliteSettings& settings) {
    if (settings.marker.empty()) return;
    const Mark known = read_mark(settings.marker);
    const std::string log = log_of(settings);
    if (known.path != settings.path || known.store.empty() || known.store == identity_of(settings.path))
        return;
    if (known.log.empty() || known.log != identity_of(log)) return;
    std::error_code failure;
    std::filesystem::rename(log, log + ".of-replaced-store", failure);
}

void mark_store(const SqliteSettings& settings) {
    if (settings.marker.empty()) return;
    write_mark(
        settings.marker,
        {.path = settings.path, .store = identity_of(settings.path), .log = identity_of(log_of(settings))});
}

void mark_overwritten(const SqliteSettings& settings) {
    if (settings.marker.empty()) return;
    write_mark(settings.marker,
               {.path = settings.path, .store = kOverwritten, .log = identity_of(log_of(settings))});
}

}  // namespace carecloud
