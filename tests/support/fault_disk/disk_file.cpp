#include "support/fault_disk/disk_file.hpp"

#include <algorithm>

namespace carecloud {
namespace {

// The unit that a disk writes atomically.
constexpr std::uint64_t kSectorBytes = 512;

void put(std::string& content, std::uint64_t offset, std::string_view bytes) {
    if (content.size() < offset + bytes.size()) content.resize(offset + bytes.size(), '\0');
    content.replace(offset, bytes.size(), bytes);
}

}  // namespace

void DiskFile::write(std::uint64_t offset, std::string_view bytes) {
    put(seen_, offset, bytes);
    unsynced_.push_back({.truncates = false, .offset = offset, .bytes = std::string(bytes)});
}

void DiskFile::truncate(std::uint64_t size) {
    if (size >= seen_.size()) return;
    seen_.resize(size);
    unsynced_.push_back({.truncates = true, .offset = size, .bytes = {}});
}

void DiskFile::sync() {
    bring_to_disk([] { return true; });
}

void DiskFile::fail_sync(const Kept& kept) {
    bring_to_disk(kept);
    ++failed_syncs_;
}

void DiskFile::lose_power(const Kept& kept) {
    bring_to_disk(kept);
    seen_ = on_disk_;
}

void DiskFile::bring_to_disk(const Kept& kept) {
    for (const Change& change : unsynced_) {
        if (change.truncates) {
            if (kept() && change.offset < on_disk_.size()) on_disk_.resize(change.offset);
            continue;
        }
        std::string_view rest = change.bytes;
        for (std::uint64_t offset = change.offset; !rest.empty();) {
            const std::size_t piece =
                std::min<std::size_t>(rest.size(), kSectorBytes - offset % kSectorBytes);
            if (kept()) put(on_disk_, offset, rest.substr(0, piece));
            rest.remove_prefix(piece);
            offset += piece;
        }
    }
    unsynced_.clear();
}

}  // namespace carecloud
