#include "bench/daemon_process.hpp"

#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <spawn.h>
#include <stdexcept>
#include <sys/wait.h>
#include <system_error>
#include <vector>

extern char** environ;

namespace carecloud::bench {

DaemonProcess::DaemonProcess(const std::string& program, const std::string& configuration,
                             const std::string& log) {
    std::vector<std::string> words{program, "--config", configuration};
    std::vector<char*> arguments;
    for (std::string& word : words)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, 1, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ::posix_spawn_file_actions_adddup2(&actions, 1, 2);
    const int failed = ::posix_spawn(&pid_, program.c_str(), &actions, nullptr, arguments.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) throw std::system_error(failed, std::generic_category(), "start " + program);
}

DaemonProcess::~DaemonProcess() {
    ::kill(pid_, SIGTERM);
    ::waitpid(pid_, nullptr, 0);
}

double DaemonProcess::memory_mib(const std::string& line) const {
    std::ifstream status("/proc/" + std::to_string(pid_) + "/status");
    std::string word;
    while (status >> word) {
        double kib = 0;
        if (word == line + ":" && status >> kib) return kib / 1024;
    }
    throw std::runtime_error("the daemon has no " + line + ": it has ended");
}

}  // namespace carecloud::bench
