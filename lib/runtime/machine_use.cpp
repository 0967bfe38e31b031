#include "runtime/machine_use.hpp"

#include <filesystem>
#include <sys/statvfs.h>

namespace carecloud {

std::optional<DiskUse> disk_use(const std::string& file) {
    const std::filesystem::path folder = std::filesystem::path(file).parent_path();
    DiskUse use{.folder = folder.empty() ? "." : folder.string()};
    struct statvfs disk {};
    if (::statvfs(use.folder.c_str(), &disk) != 0 || disk.f_blocks == 0) return std::nullopt;
    use.size_bytes = static_cast<std::uint64_t>(disk.f_blocks) * disk.f_frsize;
    use.free_bytes = static_cast<std::uint64_t>(disk.f_bavail) * disk.f_frsize;
    return use;
}

}  // namespace carecloud
