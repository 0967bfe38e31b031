// How many files and sockets the process may have open at once.
#pragma once

namespace carecloud {

// Raises the soft limit to the hard one: the soft one is 1024 by tradition, for programs that use select(2), and a
// thousand consumers of the API would reach it. Where the system refuses, all stays as it is. At start, before threads.
void raise_descriptor_limit();

}  // namespace carecloud
