// Connects FaultDisk to SQLite's C interface: a function table for the disk, and one for its files.
#include "support/fault_disk/fault_disk.hpp"

#include <atomic>
#include <cstdio>
#include <new>
#include <stdexcept>
#include <thread>

#include <sqlite3.h>

namespace carecloud {
namespace {

// The C interface cannot pass the disk in any other way.
FaultDisk* the_disk = nullptr;
sqlite3_vfs vfs;

struct SqliteFile {
    sqlite3_file base;
    FaultDisk::OpenFile* file;
};

FaultDisk::OpenFile& of(sqlite3_file* file) {
    return *reinterpret_cast<SqliteFile*>(file)->file;
}

std::uint64_t offset_of(sqlite3_int64 offset) {
    return static_cast<std::uint64_t>(offset);
}

int file_close(sqlite3_file* file) {
    the_disk->close(of(file));
    delete &of(file);
    return SQLITE_OK;
}

int file_read(sqlite3_file* file, void* into, int bytes, sqlite3_int64 offset) {
    return the_disk->read(of(file), into, static_cast<std::size_t>(bytes), offset_of(offset));
}

int file_write(sqlite3_file* file, const void* from, int bytes, sqlite3_int64 offset) {
    const std::string_view text(static_cast<const char*>(from), static_cast<std::size_t>(bytes));
    return the_disk->write(of(file), text, offset_of(offset));
}

int file_truncate(sqlite3_file* file, sqlite3_int64 size) {
    return the_disk->truncate(of(file), offset_of(size));
}

int file_sync(sqlite3_file* file, int /*flags*/) {
    return the_disk->sync(of(file));
}

int file_size(sqlite3_file* file, sqlite3_int64* size) {
    *size = static_cast<sqlite3_int64>(the_disk->size(of(file)));
    return SQLITE_OK;
}

int file_lock(sqlite3_file* file, int level) {
    return the_disk->lock(of(file), level);
}

int file_unlock(sqlite3_file* file, int level) {
    the_disk->unlock(of(file), level);
    return SQLITE_OK;
}

int file_is_reserved(sqlite3_file* file, int* reserved) {
    *reserved = the_disk->is_reserved(of(file)) ? 1 : 0;
    return SQLITE_OK;
}

int file_control(sqlite3_file* /*file*/, int /*operation*/, void* /*argument*/) {
    return SQLITE_NOTFOUND;
}

// The same as for the system's files.
int file_sector_bytes(sqlite3_file* /*file*/) {
    return 4096;
}
int file_characteristics(sqlite3_file* /*file*/) {
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

int index_map(sqlite3_file* file, int region, int bytes, int make, void volatile** memory) {
    void* found = nullptr;
    const int code = the_disk->map(of(file), static_cast<std::size_t>(region),
                                   static_cast<std::size_t>(bytes), make != 0, &found);
    *memory = found;
    return code;
}

int index_lock(sqlite3_file* file, int first, int count, int flags) {
    return the_disk->lock_shared_index(of(file), first, count, flags);
}

void index_barrier(sqlite3_file* /*file*/) {
    std::atomic_thread_fence(std::memory_order_seq_cst);
}

int index_unmap(sqlite3_file* file, int /*remove*/) {
    the_disk->leave_shared_index(of(file));
    return SQLITE_OK;
}

sqlite3_io_methods make_methods() {
    sqlite3_io_methods methods{};
    methods.iVersion = 2;
    methods.xClose = file_close;
    methods.xRead = file_read;
    methods.xWrite = file_write;
    methods.xTruncate = file_truncate;
    methods.xSync = file_sync;
    methods.xFileSize = file_size;
    methods.xLock = file_lock;
    methods.xUnlock = file_unlock;
    methods.xCheckReservedLock = file_is_reserved;
    methods.xFileControl = file_control;
    methods.xSectorSize = file_sector_bytes;
    methods.xDeviceCharacteristics = file_characteristics;
    methods.xShmMap = index_map;
    methods.xShmLock = index_lock;
    methods.xShmBarrier = index_barrier;
    methods.xShmUnmap = index_unmap;
    return methods;
}

int disk_open(sqlite3_vfs* /*self*/, sqlite3_filename name, sqlite3_file* base, int flags, int* out_flags) {
    static const sqlite3_io_methods methods = make_methods();
    auto opened = std::make_unique<FaultDisk::OpenFile>();
    base->pMethods = nullptr;
    if (const int code = the_disk->open(*opened, name, flags); code != SQLITE_OK) return code;
    base->pMethods = &methods;
    reinterpret_cast<SqliteFile*>(base)->file = opened.release();
    if (out_flags) *out_flags = flags;
    return SQLITE_OK;
}

int disk_remove(sqlite3_vfs* /*self*/, const char* name, int sync_directory) {
    return the_disk->remove(name, sync_directory != 0);
}

int disk_access(sqlite3_vfs* /*self*/, const char* name, int /*flags*/, int* found) {
    *found = the_disk->exists(name) ? 1 : 0;
    return SQLITE_OK;
}

// Does not sleep, so a busy timeout ends immediately.
int disk_sleep(sqlite3_vfs* /*self*/, int microseconds) {
    std::this_thread::yield();
    return microseconds;
}

int disk_full_name(sqlite3_vfs* /*self*/, const char* name, int bytes, char* full) {
    const int written = std::snprintf(full, static_cast<std::size_t>(bytes), "%s", name);
    return written < bytes ? SQLITE_OK : SQLITE_CANTOPEN;
}

}  // namespace

FaultDisk::FaultDisk(std::uint64_t seed) : random_(seed) {
    vfs = *sqlite3_vfs_find(nullptr);  // its clock and its random numbers are sufficient
    vfs.zName = kName;
    vfs.pNext = nullptr;
    vfs.szOsFile = sizeof(SqliteFile);
    vfs.xOpen = disk_open;
    vfs.xDelete = disk_remove;
    vfs.xAccess = disk_access;
    vfs.xFullPathname = disk_full_name;
    vfs.xSleep = disk_sleep;
    if (sqlite3_vfs_register(&vfs, 0) != SQLITE_OK) throw std::runtime_error("no VFS can be registered");
    the_disk = this;
}

FaultDisk::~FaultDisk() {
    sqlite3_vfs_unregister(&vfs);
    the_disk = nullptr;
}

}  // namespace carecloud
