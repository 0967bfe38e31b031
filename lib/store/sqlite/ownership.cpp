#include "store/sqlite/ownership.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>
#include <utility>

namespace carecloud {
namespace {

constexpr const char* kTakeOwnership = "take ownership of store";

Error lock_failed(const std::string& lock_path, int error) {
    const bool full = error == ENOSPC || error == EDQUOT;
    return {
        .code = full ? ErrorCode::store_full : ErrorCode::store_failed,
        .operation = kTakeOwnership,
        .subject = lock_path + ": " + std::strerror(error),
        .hint =
            full ? "free space on its filesystem"
                 : "the daemon's user must be able to write in that directory, on a local filesystem mounted "
                   "read-write"};
}

// The process that holds the lock, as it noted itself; empty where it could not.
std::string read_owner(int fd) {
    std::array<char, 16> text{};
    const ssize_t size = ::pread(fd, text.data(), text.size(), 0);
    std::string owner(text.data(), size > 0 ? static_cast<std::size_t>(size) : 0);
    owner.resize(std::min(owner.find_first_not_of("0123456789"), owner.size()));
    return owner;
}

Error owned(const std::string& database_path, int fd) {
    const std::string owner = read_owner(fd);
    const std::string who = owner.empty() ? "another process" : "process " + owner;
    return {.code = ErrorCode::store_owned,
            .operation = kTakeOwnership,
            .subject = database_path + " is in use by " + who,
            .hint = "stop that carecloud-syncd, or give this one another store.url"};
}

// For the second daemon's message only: on a full disk the lock is as good without it.
void note_owner(int fd) {
    const std::string text = std::to_string(::getpid()) + "\n";
    if (::ftruncate(fd, 0) != 0) return;
    if (::pwrite(fd, text.data(), text.size(), 0) < 0) return;
}

}  // namespace

Result<Ownership> Ownership::take(const std::string& database_path) {
    const std::string lock_path = database_path + ".lock";
    const int fd = ::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (fd < 0) return lock_failed(lock_path, errno);
    Ownership ownership(fd);
    int locked = 0;
    do {
        locked = ::flock(fd, LOCK_EX | LOCK_NB);
    } while (locked != 0 && errno == EINTR);
    if (locked != 0) return errno == EWOULDBLOCK ? owned(database_path, fd) : lock_failed(lock_path, errno);
    note_owner(fd);
    return ownership;
}

Ownership::~Ownership() {
    if (fd_ >= 0) ::close(fd_);
}

Ownership::Ownership(Ownership&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

Ownership& Ownership::operator=(Ownership&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
}

}  // namespace carecloud
