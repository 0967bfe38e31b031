// A file of a FaultDisk: the content that programs see, the content on the disk, and the writes in between.
//
// As on Linux, writes before a failed sync stay visible to programs, but a later sync does not bring them to the disk,
// even if it succeeds. They must be written again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

class DiskFile {
  public:
    // Whether the next piece of unsynced data reaches the disk; called for each sector of each write.
    using Kept = std::function<bool()>;

    const std::string& content() const { return seen_; }

    void write(std::uint64_t offset, std::string_view bytes);
    void truncate(std::uint64_t size);
    void sync();
    void fail_sync(const Kept& kept);
    // Afterwards programs see the content of the disk.
    void lose_power(const Kept& kept);

    // Number of failed syncs: each program that has the file open is informed once, at its next sync.
    std::uint64_t failed_syncs() const { return failed_syncs_; }

  private:
    struct Change {
        bool truncates;
        std::uint64_t offset;
        std::string bytes;
    };

    void bring_to_disk(const Kept& kept);

    std::string seen_;
    std::string on_disk_;
    std::vector<Change> unsynced_;
    std::uint64_t failed_syncs_ = 0;
};

}  // namespace carecloud
