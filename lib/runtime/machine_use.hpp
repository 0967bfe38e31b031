// Measures what the process uses of the machine.
//
// Reads from the kernel's memory alone (/proc/self), so it may be called on the I/O thread. Safe on any thread.
#pragma once

#include "base/machine_use.hpp"

#include <optional>

namespace carecloud {

// None: /proc is not mounted.
std::optional<ProcessUse> process_use();

// How many files and sockets the process may have open at once: raises the soft limit to the hard one: the soft one is
// 1024 by tradition, for programs that use select(2), and a thousand consumers of the API would reach it. Where the
// system refuses, all stays as it is. At start, before threads.
void raise_descriptor_limit();

}  // namespace carecloud
