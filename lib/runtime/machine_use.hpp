// Measures what the service uses of the machine.
//
// Reads from the kernel's memory alone (statvfs(2)), so it may be called on the I/O thread; safe on any thread.
#pragma once

#include "core/machine_use.hpp"

#include <optional>
#include <string>

namespace carecloud {

// Of the filesystem that the file's folder is on. None: it cannot be looked at.
std::optional<DiskUse> disk_use(const std::string& file);

}  // namespace carecloud
