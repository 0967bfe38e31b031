#include "bench/measured_process.hpp"

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <exception>
#include <fcntl.h>
#include <fstream>
#include <iostream>
#include <iterator>
#include <spawn.h>
#include <stdexcept>
#include <sys/resource.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

extern char** environ;

namespace carecloud::bench {
namespace {

using Clock = std::chrono::steady_clock;

double seconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

double cpu_of(const rusage& usage) {
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::string end_of(const std::string& file) {
    std::ifstream in(file);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    return text.size() > 2000 ? text.substr(text.size() - 2000) : text;
}

std::vector<char*> pointers(std::vector<std::string>& command) {
    std::vector<char*> result;
    for (std::string& word : command)
        result.push_back(word.data());
    result.push_back(nullptr);
    return result;
}

int wait_for(pid_t child, rusage& usage) {
    int status = 0;
    while (::wait4(child, &status, 0, &usage) < 0) {
        if (errno != EINTR) throw std::system_error(errno, std::generic_category(), "wait for a program");
    }
    return status;
}

std::string read_pipe(int fd) {
    std::string text;
    char room[256];
    ssize_t count = 0;
    while ((count = ::read(fd, room, sizeof room)) > 0 || (count < 0 && errno == EINTR))
        if (count > 0) text.append(room, static_cast<std::size_t>(count));
    return text;
}

Cost parse_cost(const std::string& text) {
    Cost cost;
    if (std::sscanf(text.c_str(), "%lf %lf %lf", &cost.wall_seconds, &cost.cpu_seconds, &cost.peak_mib) != 3)
        throw std::runtime_error("a measured process failed: " + text);
    return cost;
}

std::string cost_text(const Cost& cost) {
    char text[128];
    std::snprintf(text, sizeof text, "%.9f %.9f %.3f\n", cost.wall_seconds, cost.cpu_seconds, cost.peak_mib);
    return text;
}

void work_in_child(const std::function<void()>& work, int report) {
    std::string text;
    try {
        rusage before{};
        rusage after{};
        ::getrusage(RUSAGE_SELF, &before);
        const auto start = Clock::now();
        work();
        const double wall = seconds_since(start);
        ::getrusage(RUSAGE_SELF, &after);
        text = cost_text({wall, cpu_of(after) - cpu_of(before), 0});
    } catch (const std::exception& failure) {
        text = failure.what();
    }
    const bool written = ::write(report, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    ::_exit(written ? 0 : 1);
}

}  // namespace

Cost run_program(const std::vector<std::string>& command, const std::string& log) {
    int report[2];
    if (::pipe2(report, O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
    std::vector<std::string> words{"/proc/self/exe", "--measure"};
    words.insert(words.end(), command.begin(), command.end());
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, report[1], 3);
    ::posix_spawn_file_actions_addopen(&actions, 1, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ::posix_spawn_file_actions_adddup2(&actions, 1, 2);
    pid_t child = -1;
    const int failed =
        ::posix_spawn(&child, "/proc/self/exe", &actions, nullptr, pointers(words).data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::close(report[1]);
    if (failed != 0) throw std::system_error(failed, std::generic_category(), "start " + command.front());
    const std::string text = read_pipe(report[0]);
    ::close(report[0]);
    rusage usage{};
    if (wait_for(child, usage) != 0) throw std::runtime_error(command.front() + " failed:\n" + end_of(log));
    return parse_cost(text);
}

Cost run_function(const std::function<void()>& work) {
    int report[2];
    if (::pipe2(report, O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
    std::cout.flush();
    const pid_t child = ::fork();
    if (child < 0) throw std::system_error(errno, std::generic_category(), "fork");
    if (child == 0) work_in_child(work, report[1]);
    ::close(report[1]);
    const std::string text = read_pipe(report[0]);
    ::close(report[0]);
    rusage usage{};
    wait_for(child, usage);
    return parse_cost(text);
}

int measure_main(int argc, char** argv) {
    if (argc < 3) return 64;
    ::fcntl(3, F_SETFD, FD_CLOEXEC);
    const auto start = Clock::now();
    const pid_t child = ::fork();
    if (child == 0) {
        ::execvp(argv[2], argv + 2);
        std::perror(argv[2]);
        ::_exit(127);
    }
    rusage usage{};
    const int status = wait_for(child, usage);
    const std::string text =
        cost_text({seconds_since(start), cpu_of(usage), static_cast<double>(usage.ru_maxrss) / 1024});
    const bool written = ::write(3, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    return status == 0 && written ? 0 : 1;
}

}  // namespace carecloud::bench
