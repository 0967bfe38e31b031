#include "bench/machine.hpp"

#include <fstream>
#include <iostream>
#include <sys/utsname.h>
#include <thread>

namespace carecloud::bench {

void print_machine(const std::string& when) {
    std::ifstream file("/proc/loadavg");
    std::string load;
    std::getline(file, load);
    utsname system{};
    ::uname(&system);
    std::cout << when << ": " << std::thread::hardware_concurrency() << " cores, Linux " << system.release
              << ", load " << load << "\n";
}

}  // namespace carecloud::bench
