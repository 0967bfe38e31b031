// Measures the resources that the process uses.
//
// Reads only kernel memory (/proc/self), so it may be called on the I/O thread. Thread-safe.
#pragma once

#include "base/machine_use.hpp"

#include <optional>

namespace carecloud {

// std::nullopt if /proc is not mounted.
std::optional<ProcessUse> process_use();

// Raises the soft limit of open file descriptors to the hard limit. The soft limit is traditionally 1024, for programs
// that use select(2), and a thousand consumers of the API would exceed it. A failure is ignored. Call at start, before
// there are threads.
void raise_descriptor_limit();

}  // namespace carecloud
