#include "system/process.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <poll.h>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace carecloud {
namespace {

using namespace std::chrono_literals;

constexpr int kNotStarted = 127;
constexpr auto kLookEvery = 20ms;  // interval of checking a condition, while the process runs

// Variables of the environment that must not affect the test: proxies, systemd.
void clean_environment() {
    for (const char* name :
         {"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "NOTIFY_SOCKET",
          "JOURNAL_STREAM", "CREDENTIALS_DIRECTORY", "RUNTIME_DIRECTORY"}) {
        ::unsetenv(name);
    }
}

void redirect(const std::string& path, int to) {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (fd < 0 || ::dup2(fd, to) < 0) ::_exit(kNotStarted);
}

[[noreturn]] void become(const ProcessOptions& options) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    clean_environment();
    redirect(options.output + ".out", STDOUT_FILENO);
    redirect(options.output + ".err", STDERR_FILENO);
    // Opened before the user changes: the build folder may not be accessible to others.
    const int program = ::open(options.arguments.front().c_str(), O_RDONLY | O_CLOEXEC);
    const int refused = options.prepare ? options.prepare() : 0;
    if (refused != 0) ::_exit(refused);
    std::vector<char*> arguments;
    for (const std::string& argument : options.arguments)
        arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    ::fexecve(program, arguments.data(), environ);
    ::_exit(kNotStarted);
}

// The output is kept after its test, for the search through all of it (test_said.cpp).
void keep_said(const std::string& path) {
    const char* const folder = std::getenv("CARECLOUD_SAID");
    const std::string said = folder ? read_text(path) : std::string();
    if (said.empty()) return;
    std::filesystem::create_directories(folder);
    // Many tests run in parallel, each in a separate process.
    std::ofstream file(std::string(folder) + "/" + std::to_string(::getpid()), std::ios::app);
    file << said;
}

std::chrono::microseconds microseconds_of(const timeval& time) {
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

bool readable(int fd, std::chrono::milliseconds span) {
    pollfd waited{.fd = fd, .events = POLLIN, .revents = 0};
    return ::poll(&waited, 1, static_cast<int>(span.count())) > 0;
}

}  // namespace

Process::Process(ProcessOptions options) : output_(options.output) {
    pid_ = ::fork();
    if (pid_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
    if (pid_ == 0) become(options);
    // glibc 2.36 declares pidfd_open only for C.
    pidfd_ = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
    if (pidfd_ < 0) throw std::system_error(errno, std::generic_category(), "pidfd_open");
}

Process::~Process() {
    if (pid_ > 0 && running()) {
        send(SIGKILL);
        reap(0);
    }
    if (pid_ > 0) keep_said(output_ + ".err");
    if (pidfd_ >= 0) ::close(pidfd_);
}

Process::Process(Process&& other) noexcept
    : output_(std::move(other.output_)),
      pid_(std::exchange(other.pid_, -1)),
      pidfd_(std::exchange(other.pidfd_, -1)),
      ended_(other.ended_),
      end_(other.end_),
      cpu_time_(other.cpu_time_) {}

void Process::reap(int options) {
    int status = 0;
    rusage used{};
    if (ended_ || ::wait4(pid_, &status, options, &used) != pid_) return;
    ended_ = true;
    cpu_time_ = microseconds_of(used.ru_utime) + microseconds_of(used.ru_stime);
    end_.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    end_.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

bool Process::running() {
    reap(WNOHANG);
    return !ended_;
}

void Process::send(int signal) const {
    ::kill(pid_, signal);
}

Ended Process::wait(std::chrono::milliseconds deadline) {
    if (outlives(deadline)) {
        send(SIGKILL);
        reap(0);
        end_ = {.code = -2, .signal = SIGKILL};
    }
    return end_;
}

bool Process::outlives(std::chrono::milliseconds span) {
    if (!running()) return false;
    if (readable(pidfd_, span)) reap(0);
    return !ended_;
}

bool Process::wait_stopped() const {
    siginfo_t state{};
    return ::waitid(P_PID, static_cast<id_t>(pid_), &state, WSTOPPED | WEXITED | WNOWAIT) == 0 &&
           state.si_code == CLD_STOPPED;
}

bool Process::wait_until(const std::function<bool()>& condition, std::chrono::milliseconds deadline) {
    const auto end = std::chrono::steady_clock::now() + deadline;
    while (!condition()) {
        if (!outlives(kLookEvery)) return condition();
        if (std::chrono::steady_clock::now() > end) return false;
    }
    return true;
}

bool Process::says(const std::string& text, std::chrono::milliseconds deadline) {
    return wait_until([&] { return err().find(text) != std::string::npos; }, deadline);
}

std::string Process::out() const {
    return read_text(output_ + ".out");
}

std::string Process::err() const {
    return read_text(output_ + ".err");
}

std::string read_text(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void write_text(const std::string& path, const std::string& text) {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file << text;
    file.close();
    if (!file) throw std::runtime_error("cannot write " + path);
}

}  // namespace carecloud
