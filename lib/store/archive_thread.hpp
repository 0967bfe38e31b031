// Packs the versions that a commit replaces, concurrently with the thread that writes its tables.
//
//     ArchiveThread archive;
//     archive.add({.seq = 7, .former = body, .now = record.body, .page = page, …});   // one record at a time
//     for (Replaced& one : archive.take_done()) write(one);  // from time to time, so few are in memory
//     for (Replaced& one : archive.finish()) write(one);     // before the commit
//
// Both return them in the order of add(). Called from one thread, which packs the last few, and therefore all of a
// small commit: waking a thread costs as much as packing some records.
#pragma once

#include "model/record.hpp"
#include "versions/packed_body.hpp"

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

// Replaces a body that is no longer kept: valid JSON, but not a record, because it has no `_id`.
inline constexpr std::string_view kNoBody = "{}";

// A version that change `seq` replaced.
struct Replaced {
    std::uint64_t seq = 0;
    std::uint64_t previous = 0;  // the previous change of the record
    std::string_view id{};       // in `page`, as is `now`
    std::string_view now{};
    std::string modified_text{};  // of the former version, like `hash` and `former`
    Hash hash{};
    std::string former{};  // the former body
    PagePtr page{};
    std::optional<ArchivedVersion> kept{};  // set when it is packed; empty if the two differ only in spelling
};

// Packs a version again after `now` replaced `former`, against which it was packed, with another spelling of the same
// JSON. std::nullopt if the packed version is damaged: it stays as it is, and reading it reports that.
std::optional<std::string> pack_again(BodyPacker& packer, std::string_view packed, const BodyCheck& check,
                                      std::string_view former, std::string_view now);

class ArchiveThread {
  public:
    ArchiveThread() = default;
    ~ArchiveThread();
    ArchiveThread(const ArchiveThread&) = delete;
    ArchiveThread& operator=(const ArchiveThread&) = delete;

    void add(Replaced replaced);
    // Returns the versions at the front that are packed, often none. Packs some on this thread if many wait.
    std::vector<Replaced> take_done();
    // Returns all versions that were not returned yet. Waits until they are packed.
    std::vector<Replaced> finish();
    // Discards all versions that were not returned yet.
    void discard();

  private:
    struct Lot {
        std::vector<Replaced> all;
        bool done = false;
    };

    void run();
    bool work_on_one(std::unique_lock<std::mutex>& lock, Archiver& archiver);
    void append_done(std::vector<Replaced>& taken);

    Archiver own_;                    // used by the calling thread
    std::vector<Replaced> next_lot_;  // used by the calling thread
    std::size_t next_lot_bytes_ = 0;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<Lot> lots_;   // a deque, so elements do not move; guarded by mutex_, like the next three
    std::size_t begun_ = 0;  // the number of lots_ whose packing has begun
    std::size_t under_way_ = 0;
    bool ending_ = false;
    std::thread thread_;
};

}  // namespace carecloud
