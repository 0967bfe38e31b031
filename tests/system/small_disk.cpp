#include "system/small_disk.hpp"

#include <sched.h>
#include <sys/mount.h>

namespace carecloud {

int mount_small(const std::string& directory, const std::string& size) {
    if (::unshare(CLONE_NEWNS) != 0) return kNoMount;
    if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return kNoMount;
    if (::mount("tmpfs", directory.c_str(), "tmpfs", 0, ("size=" + size).c_str()) != 0) return kNoMount;
    return 0;
}

}  // namespace carecloud
