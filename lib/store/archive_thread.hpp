// Packs the versions that a commit replaces beside the thread that writes it, which has its tables to write meanwhile.
//
//     ArchiveThread archive;
//     archive.add({.seq = 7, .former = body, .now = record.body, .page = page, …});   // of a record at a time
//     for (Replaced& one : archive.take_done()) write(one);  // now and then, so that few are in memory
//     for (Replaced& one : archive.finish()) write(one);     // before the commit
//
// Both give them in the order of add(). Called from one thread, which packs the last few itself, and so all of a small
// commit: to wake a thread costs as much as to pack some records.
#pragma once

#include "model/page.hpp"
#include "model/record.hpp"
#include "versions/archive.hpp"

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace carecloud {

// A version that change `seq` replaced.
struct Replaced {
    std::uint64_t seq = 0;
    std::uint64_t previous = 0;  // the change of the record before that
    std::string_view id{};       // in `page`, as the body that replaced it
    std::string_view now{};
    std::string modified_text{};  // of the former version, as what follows
    Hash hash{};
    std::string former{};  // its body
    PagePtr page{};
    std::optional<ArchivedVersion> kept{};  // at the end; none: the two only differ in their spelling
};

class ArchiveThread {
  public:
    ArchiveThread() = default;
    ~ArchiveThread();
    ArchiveThread(const ArchiveThread&) = delete;
    ArchiveThread& operator=(const ArchiveThread&) = delete;

    void add(Replaced replaced);
    // Those at the front that are packed; none at most calls. Packs some itself if many wait.
    std::vector<Replaced> take_done();
    // All that were not taken yet. Waits until they are packed.
    std::vector<Replaced> finish();
    // Forgets them.
    void discard();

  private:
    struct Lot {
        std::vector<Replaced> all;
        bool done = false;
    };

    void run();
    bool work_on_one(std::unique_lock<std::mutex>& lock, Archiver& archiver);
    void append_done(std::vector<Replaced>& taken);

    Archiver own_;                    // of the calling thread
    std::vector<Replaced> next_lot_;  // its, too
    std::size_t next_lot_bytes_ = 0;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Lot> lots_;   // elements stay where they are; guarded by mutex_, as what follows
    std::size_t begun_ = 0;  // of lots_
    std::size_t under_way_ = 0;
    bool ending_ = false;
    std::thread thread_;
};

}  // namespace carecloud
