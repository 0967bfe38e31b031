#include "unit/store_sqlite/slow_disk.hpp"

#include <chrono>

#include <catch2/catch.hpp>
#include <sqlite3.h>

namespace carecloud {
namespace {

// SQLite's C interface has no place for these: the one disk, and the system's file methods with one of them replaced,
// for connections that write and for those that only read.
SlowDisk* the_disk = nullptr;
sqlite3_vfs vfs;
std::mutex methods_mutex;
const sqlite3_io_methods* system_methods = nullptr;  // guarded by methods_mutex until it is set
sqlite3_io_methods slow_methods;
sqlite3_io_methods read_methods;

int sync_slowly(sqlite3_file* file, int flags) {
    return the_disk->sync(file, flags);
}

// A read transaction begins with a lock in the shared memory.
int lock_slowly(sqlite3_file* file, int offset, int count, int flags) {
    if ((flags & SQLITE_SHM_LOCK) != 0) the_disk->begin_read();
    return system_methods->xShmLock(file, offset, count, flags);
}

int open_slow(sqlite3_vfs* /*self*/, sqlite3_filename name, sqlite3_file* file, int flags, int* out_flags) {
    sqlite3_vfs* const system = sqlite3_vfs_find(nullptr);
    const int code = system->xOpen(system, name, file, flags, out_flags);
    if (code != SQLITE_OK || (flags & SQLITE_OPEN_MAIN_DB) == 0) return code;
    const std::lock_guard lock(methods_mutex);
    if (!system_methods) {
        system_methods = file->pMethods;
        slow_methods = *system_methods;
        slow_methods.xSync = sync_slowly;
        read_methods = *system_methods;
        read_methods.xShmLock = lock_slowly;
    }
    file->pMethods = (flags & SQLITE_OPEN_READONLY) != 0 ? &read_methods : &slow_methods;
    return code;
}

}  // namespace

SlowDisk::SlowDisk() {
    the_disk = this;
    vfs = *sqlite3_vfs_find(nullptr);
    vfs.zName = kName;
    vfs.pNext = nullptr;
    vfs.xOpen = open_slow;
    REQUIRE(sqlite3_vfs_register(&vfs, 0) == SQLITE_OK);
}

SlowDisk::~SlowDisk() {
    sqlite3_vfs_unregister(&vfs);
    the_disk = nullptr;
}

void SlowDisk::hold(bool held) {
    const std::lock_guard lock(mutex_);
    held_ = held;
    begun_ = false;
    changed_.notify_all();
}

void SlowDisk::fail(bool failing) {
    const std::lock_guard lock(mutex_);
    failing_ = failing;
    begun_ = false;
}

void SlowDisk::hold_reads(bool held) {
    const std::lock_guard lock(mutex_);
    holds_reads_ = held;
    reads_ = false;
    changed_.notify_all();
}

void SlowDisk::begin_read() {
    std::unique_lock lock(mutex_);
    reads_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !holds_reads_; });
}

bool SlowDisk::waits_for_read() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(30), [this] { return reads_; });
}

void SlowDisk::wait_for_sync() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return begun_; });
}

int SlowDisk::sync(sqlite3_file* file, int flags) {
    std::unique_lock lock(mutex_);
    begun_ = true;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !held_; });
    const bool failing = failing_;
    lock.unlock();
    return failing ? SQLITE_IOERR_FSYNC : system_methods->xSync(file, flags);
}

}  // namespace carecloud
