// Packs the versions that a commit replaces beside the thread that writes it, which has its tables to write meanwhile:
// the comparison and the compression take as long as that.
//
//     ArchiveThread archive;
//     archive.add({.seq = 7, .former = body, .now = record.body, .page = page, …});   // of a record at a time
//     for (Replaced& one : archive.take_done()) write(one);  // now and then, so that few are in memory
//     for (Replaced& one : archive.finish()) write(one);     // before the commit
//
// Both give them in the order of add(). The thread begins once there is enough to do. Called from one thread, which
// does the rest.
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
    std::string id{};
    std::string modified_text{};  // of the former version, as all but `now`
    Hash hash{};
    std::string former{};    // its body
    std::string_view now{};  // the body of the one that replaced it, in `page`
    PagePtr page{};
    std::optional<ArchivedVersion> kept{};  // at the end; none: the two only differ in their spelling
    bool done = false;
};

class ArchiveThread {
  public:
    ArchiveThread() = default;
    ~ArchiveThread();
    ArchiveThread(const ArchiveThread&) = delete;
    ArchiveThread& operator=(const ArchiveThread&) = delete;

    void add(Replaced replaced);
    // Those at the front that are packed; none while they are few. Packs some itself where many wait.
    std::vector<Replaced> take_done();
    // All that were not taken yet. Waits until they are packed.
    std::vector<Replaced> finish();
    // Forgets them.
    void discard();

  private:
    void run();
    bool work_on_one(std::unique_lock<std::mutex>& lock, Archiver& archiver);
    std::vector<Replaced> take(std::size_t count);

    Archiver own_;  // of the calling thread
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Replaced> all_;  // elements stay where they are
    std::size_t begun_ = 0;     // of all_; guarded by mutex_, as what follows
    std::size_t under_way_ = 0;
    bool ending_ = false;
    std::thread thread_;
};

}  // namespace carecloud
