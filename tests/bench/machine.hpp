// What is measured on.
#pragma once

#include <string>

namespace carecloud::bench {

// "at the start: 2 cores, Linux 6.1.0, load 0.10 …" on standard output.
void print_machine(const std::string& when);

}  // namespace carecloud::bench
