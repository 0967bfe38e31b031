// A SQLite VFS on top of the system's own, on which syncing the database file can be blocked or made to fail. While the
// store is open, only checkpoints sync that file: commits sync the log. Read transactions of read-only connections can
// be blocked, too.
//
//     SlowDisk disk;                       // one at a time: SQLite finds it by its name
//     settings.vfs = SlowDisk::kName;
//     SlowDisk::Held held(disk);
//     …                                    // commit enough
//     disk.wait_for_sync();                // a checkpoint is in progress now, and blocked
//     held.let_go();
#pragma once

#include <condition_variable>
#include <mutex>

struct sqlite3_file;

namespace carecloud {

class SlowDisk {
  public:
    static constexpr const char* kName = "carecloud-slow-disk";

    SlowDisk();
    // Every connection that uses it must be closed before.
    ~SlowDisk();
    SlowDisk(const SlowDisk&) = delete;
    SlowDisk& operator=(const SlowDisk&) = delete;

    // Blocks syncs during its lifetime, or until let_go().
    class Held {
      public:
        explicit Held(SlowDisk& disk) : disk_(disk) { disk_.hold(true); }
        ~Held() { let_go(); }
        Held(const Held&) = delete;
        Held& operator=(const Held&) = delete;

        void let_go() { disk_.hold(false); }

      private:
        SlowDisk& disk_;
    };

    // Blocks read transactions of read-only connections during its lifetime.
    class HeldReads {
      public:
        explicit HeldReads(SlowDisk& disk) : disk_(disk) { disk_.hold_reads(true); }
        ~HeldReads() { disk_.hold_reads(false); }
        HeldReads(const HeldReads&) = delete;
        HeldReads& operator=(const HeldReads&) = delete;

      private:
        SlowDisk& disk_;
    };

    // Whether syncs fail from now on.
    void fail(bool failing);
    // Waits until a sync has begun since the last change of Held or fail().
    void wait_for_sync();
    // Whether a read transaction is blocked within half a minute.
    bool waits_for_read();

    // Called by SQLite's files; any thread.
    int sync(sqlite3_file* file, int flags);
    void begin_read();

  private:
    void hold(bool held);
    void hold_reads(bool held);

    std::mutex mutex_;
    std::condition_variable changed_;
    bool held_ = false;         // guarded by mutex_
    bool failing_ = false;      // guarded by mutex_
    bool begun_ = false;        // guarded by mutex_
    bool holds_reads_ = false;  // guarded by mutex_
    bool reads_ = false;        // guarded by mutex_
};

}  // namespace carecloud
