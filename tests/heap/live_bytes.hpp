// The heap as it is asked for: bytes that are allocated and not freed, of C++ and of SQLite. What the allocator keeps
// for itself, and what the system lent it, is left out: it says nothing about a leak.
#pragma once

#include <cstdint>

namespace carecloud {

std::int64_t live_bytes();

}  // namespace carecloud
