#include "runtime/machine_use.hpp"

#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <sys/resource.h>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace carecloud {
namespace {

// Fields of /proc/self/stat, numbered from 1 as in proc(5); the first two are not read.
constexpr std::size_t kStatBefore = 3;
constexpr std::size_t kStatUtime = 14;
constexpr std::size_t kStatStime = 15;
constexpr std::size_t kStatStart = 22;  // in ticks since boot
constexpr std::size_t kStatVsize = 23;
constexpr std::size_t kStatRss = 24;  // in pages

// Returns 0 if the number is unknown.
std::uint64_t count_fds() {
    std::error_code failure;
    std::uint64_t count = 0;
    for (std::filesystem::directory_iterator at("/proc/self/fd", failure), end; !failure && at != end;
         at.increment(failure))
        ++count;
    return count > 0 ? count - 1 : 0;  // without the one used to read the directory
}

std::uint64_t fd_limit() {
    rlimit limit{};
    return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 0;
}

double seconds_of_clock(clockid_t clock) {
    timespec now{};
    ::clock_gettime(clock, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

// Boot time, in seconds since the epoch. Not read from /proc/stat, which ProcSubset=pid hides.
double boot_seconds() {
    return seconds_of_clock(CLOCK_REALTIME) - seconds_of_clock(CLOCK_BOOTTIME);
}

}  // namespace

std::optional<ProcessUse> process_use() {
    std::ifstream file("/proc/self/stat");
    std::string stat;
    if (!std::getline(file, stat)) return std::nullopt;
    // The program's name is in parentheses and may contain any character (proc(5)); the third field follows it.
    std::istringstream words(stat.substr(stat.rfind(')') + 1));
    std::vector<std::string> fields(kStatBefore);
    for (std::string word; words >> word;)
        fields.push_back(word);
    if (fields.size() <= kStatRss) return std::nullopt;
    const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
    const auto number = [&](std::size_t at) { return std::strtoull(fields[at].c_str(), nullptr, 10); };
    return ProcessUse{
        .cpu_seconds = static_cast<double>(number(kStatUtime) + number(kStatStime)) / ticks,
        .resident_bytes = number(kStatRss) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)),
        .virtual_bytes = number(kStatVsize),
        .open_fds = count_fds(),
        .max_fds = fd_limit(),
        .start_seconds = boot_seconds() + static_cast<double>(number(kStatStart)) / ticks};
}

void raise_descriptor_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace carecloud
