#include "bench/daemon_process.hpp"

#include "bench/machine.hpp"

#include <csignal>
#include <ctime>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <spawn.h>
#include <stdexcept>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace carecloud::bench {

DaemonProcess::DaemonProcess(std::vector<std::string> command, std::string log) : log_(std::move(log)) {
    std::vector<char*> arguments;
    arguments.reserve(command.size() + 1);
    for (std::string& word : command)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, 1, log_.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ::posix_spawn_file_actions_adddup2(&actions, 1, 2);
    const int failed = ::posix_spawn(&pid_, arguments.front(), &actions, nullptr, arguments.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) throw std::system_error(failed, std::generic_category(), "start " + command.front());
}

DaemonProcess::~DaemonProcess() {
    ::kill(pid_, SIGTERM);
    ::waitpid(pid_, nullptr, 0);
}

bool DaemonProcess::has_ended() const {
    siginfo_t ended{};
    const int looked = ::waitid(P_PID, static_cast<id_t>(pid_), &ended, WEXITED | WNOHANG | WNOWAIT);
    return looked == 0 && ended.si_pid == pid_;
}

void DaemonProcess::wait_for(const std::string& text) const {
    wait_until("\"" + text + "\" in " + log_, {}, [&] {
        const bool ended = has_ended();
        std::ifstream in(log_);
        const std::string said{std::istreambuf_iterator<char>(in), {}};
        if (said.find(text) != std::string::npos) return true;
        if (ended) throw std::runtime_error("a program exited before it printed \"" + text + "\":\n" + said);
        return false;
    });
}

double DaemonProcess::memory_mib(const std::string& line) const {
    std::ifstream status("/proc/" + std::to_string(pid_) + "/status");
    std::string word;
    while (status >> word) {
        double kib = 0;
        if (word == line + ":" && status >> kib) return kib / 1024;
    }
    throw std::runtime_error("the daemon has no " + line + ": it has exited");
}

double DaemonProcess::cpu_seconds() const {
    clockid_t clock{};
    timespec spent{};
    if (::clock_getcpuclockid(pid_, &clock) != 0 || ::clock_gettime(clock, &spent) != 0)
        throw std::runtime_error("a measured program has exited");
    return static_cast<double>(spent.tv_sec) + static_cast<double>(spent.tv_nsec) * 1e-9;
}

// The kernel's Documentation/scheduler/sched-stats: the first number is the time on a core in nanoseconds.
double DaemonProcess::first_thread_cpu_seconds() const {
    std::ifstream statistics("/proc/" + std::to_string(pid_) + "/schedstat");
    double nanoseconds = 0;
    if (!(statistics >> nanoseconds))
        throw std::runtime_error("a measured program has exited, or the kernel has no schedstat");
    return nanoseconds * 1e-9;
}

}  // namespace carecloud::bench
