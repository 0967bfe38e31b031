// A SQLite VFS over the system's own, on which syncing the database file can be held up or made to fail. While the
// store is open that file is synced by checkpoints and nothing else: commits sync the log. Read transactions of
// connections that only read can be held up, too.
//
//     SlowDisk disk;                       // one at a time: SQLite knows it by its name
//     settings.vfs = SlowDisk::kName;
//     SlowDisk::Held held(disk);
//     …                                    // commit enough
//     disk.wait_for_sync();                // a checkpoint is under way now, and stays so
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
    // Every connection that uses it is closed before.
    ~SlowDisk();
    SlowDisk(const SlowDisk&) = delete;
    SlowDisk& operator=(const SlowDisk&) = delete;

    // Syncs wait as long as one lives, or until let_go().
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

    // Read transactions of connections that only read wait as long as one lives.
    class HeldReads {
      public:
        explicit HeldReads(SlowDisk& disk) : disk_(disk) { disk_.hold_reads(true); }
        ~HeldReads() { disk_.hold_reads(false); }
        HeldReads(const HeldReads&) = delete;
        HeldReads& operator=(const HeldReads&) = delete;

      private:
        SlowDisk& disk_;
    };

    // What syncs answer from now on.
    void fail(bool failing);
    // Until a sync was begun since the last change of the two.
    void wait_for_sync();
    // Whether a read transaction waits within half a minute.
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
