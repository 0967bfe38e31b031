// One file of a FaultDisk: what programs see of it, what is on the disk, and the writes in between.
//
// After a failed sync the writes before it are as on Linux: programs still see them, and no later sync brings them to
// the disk, though it succeeds. Only writing them again does.
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
    // Whether the next piece of what is not synced comes to the disk; asked for each sector of each write.
    using Kept = std::function<bool()>;

    const std::string& content() const { return seen_; }

    void write(std::uint64_t offset, std::string_view bytes);
    void truncate(std::uint64_t size);
    void sync();
    void fail_sync(const Kept& kept);
    // Programs see afterwards what is on the disk.
    void lose_power(const Kept& kept);

    // How many syncs failed: each program that has the file open hears of it once, at its next sync.
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
