#include "bench/machine.hpp"

#include <ctime>
#include <fstream>
#include <iostream>
#include <poll.h>
#include <stdexcept>
#include <sys/utsname.h>
#include <system_error>
#include <thread>
#include <unistd.h>

namespace carecloud::bench {
namespace {

double seconds_of(clockid_t clock) {
    timespec time{};
    ::clock_gettime(clock, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

}  // namespace

void print_machine(const std::string& when) {
    std::ifstream file("/proc/loadavg");
    std::string load;
    std::getline(file, load);
    utsname system{};
    ::uname(&system);
    std::cout << when << ": " << std::thread::hardware_concurrency() << " cores, Linux " << system.release
              << ", load " << load << "\n";
}

void wait_until(const std::string& what, const Looks& looks, const std::function<bool()>& condition) {
    const auto until = std::chrono::steady_clock::now() + looks.at_most;
    const auto whole = std::chrono::duration_cast<std::chrono::seconds>(looks.every);
    const timespec pause{.tv_sec = whole.count(),
                         .tv_nsec = std::chrono::nanoseconds(looks.every - whole).count()};
    while (!condition()) {
        if (std::chrono::steady_clock::now() > until) throw std::runtime_error(what + ": not in time");
        ::ppoll(nullptr, 0, &pause, nullptr);
    }
}

double thread_cpu_seconds() {
    return seconds_of(CLOCK_THREAD_CPUTIME_ID);
}

double process_cpu_seconds() {
    return seconds_of(CLOCK_PROCESS_CPUTIME_ID);
}

}  // namespace carecloud::bench
