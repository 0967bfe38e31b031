// A disk in memory as a SQLite VFS. It fails on demand, and the machine can be stopped at any write.
//
//     FaultDisk disk(seed);                 // one at a time: SQLite identifies it by name
//     settings.vfs = FaultDisk::kName;
//     disk.stop_at(17);                     // the 17th write, sync, truncation or removal from now on is the last
//     …                                     // all later calls fail; close all connections
//     disk.restart(FaultDisk::After::power_loss);
//
// Writes reach the disk by a sync. At a power loss each unsynced sector is kept or lost at random, and so are, in
// order, changes of names since their directory was synced. As SQLite expects of the system's files, a write does not
// damage adjacent bytes, and the first sync of a journal or log also syncs the directory. Thread-safe.
#pragma once

#include "support/fault_disk/disk_file.hpp"
#include "support/fault_disk/disk_locks.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

class FaultDisk {
  public:
    static constexpr const char* kName = "carecloud-fault-disk";

    enum class Call { read, write, sync, truncate, remove, open, lock, map };
    static constexpr std::size_t kCalls = 8;

    // The content of the disk after a restart.
    enum class After {
        killed,            // everything written: the system kept running
        power_loss,        // everything synced, and a random part of the rest
        bare_power_loss,   // everything synced
        gentle_power_loss  // everything written, except what a failed sync dropped
    };

    explicit FaultDisk(std::uint64_t seed);
    // All connections that use the disk must be closed before.
    ~FaultDisk();
    FaultDisk(const FaultDisk&) = delete;
    FaultDisk& operator=(const FaultDisk&) = delete;

    // Makes the n-th such call from now on fail (1: the next); with `lasting`, all later ones, too.
    void fail(Call call, std::uint64_t nth, bool lasting = false);
    // Limits the number of bytes of all files together; 0: no limit.
    void limit(std::uint64_t bytes);
    // Stops the machine at the n-th modifying call from now on. If that is a write, it still reaches the system.
    void stop_at(std::uint64_t nth);
    void stop();  // now
    void heal();  // no more faults

    bool stopped() const;
    // Calls since the disk was created; changes are writes, syncs, truncations and removals together.
    std::uint64_t calls(Call call) const;
    std::uint64_t changes() const;
    std::uint64_t bytes() const;

    // No connection may be open. Clears all faults.
    void restart(After after);

    // A file that SQLite has open; see sqlite_files.cpp.
    struct OpenFile;
    // The operations of SQLite's files. Each returns one of SQLite's result codes.
    int open(OpenFile& file, const char* name, int flags);
    void close(OpenFile& file);
    int read(OpenFile& file, void* into, std::size_t bytes, std::uint64_t offset);
    int write(OpenFile& file, std::string_view bytes, std::uint64_t offset);
    int truncate(OpenFile& file, std::uint64_t size);
    int sync(OpenFile& file);
    std::uint64_t size(const OpenFile& file) const;
    int lock(OpenFile& file, int level);
    void unlock(OpenFile& file, int level);
    bool is_reserved(const OpenFile& file) const;
    int map(OpenFile& file, std::size_t region, std::size_t bytes, bool make, void** memory);
    int lock_shared_index(OpenFile& file, int first, int count, int flags);
    void leave_shared_index(OpenFile& file);
    int remove(const std::string& name, bool sync_directory);
    bool exists(const std::string& name) const;

  private:
    // A file with its locks, which are lost when the system stops, like those of a real file.
    struct Node {
        DiskFile file;
        DatabaseLock lock;
        SharedIndex index;
    };
    using Names = std::map<std::string, std::shared_ptr<Node>>;
    struct NameChange {
        std::string name;
        std::shared_ptr<Node> node;  // null: removed
    };
    struct Fault {
        std::uint64_t at = 0;
        bool lasting = false;
    };

    // Both return false if the call fails.
    bool allow(Call call);
    bool allow_change(Call call);
    void sync_names();
    bool draw();
    std::uint64_t used() const;

    mutable std::mutex mutex_;  // guards the following members
    std::mt19937_64 random_;
    Names names_;
    Names names_on_disk_;
    std::vector<NameChange> unsynced_names_;
    std::array<std::uint64_t, kCalls> calls_{};
    std::array<std::optional<Fault>, kCalls> faults_{};
    std::uint64_t changes_ = 0;
    std::uint64_t stop_at_ = 0;
    std::uint64_t limit_ = 0;
    std::size_t open_ = 0;
    bool stopped_ = false;
};

struct FaultDisk::OpenFile {
    std::shared_ptr<Node> node{};
    bool journal = false;  // its first sync syncs the directory, too
    bool temporary = false;
    std::uint64_t failed_syncs_heard = 0;
};

}  // namespace carecloud
