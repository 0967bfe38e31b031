#include "support/postgres_cluster/server_process.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <grp.h>
#include <pwd.h>
#include <sstream>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace carecloud {
namespace {

constexpr int kCannotStart = 127;

// Called in the child. The order matters: changing the user clears PR_SET_PDEATHSIG.
[[noreturn]] void become(const ServerUser& user, char* const* arguments, const char* log) {
    const int out = ::open(log, O_WRONLY | O_CREAT | O_APPEND, 0644);
    const int in = ::open("/dev/null", O_RDONLY);
    if (out < 0 || in < 0) ::_exit(kCannotStart);
    ::dup2(in, STDIN_FILENO);
    ::dup2(out, STDOUT_FILENO);
    ::dup2(out, STDERR_FILENO);
    ::close_range(3, ~0U, 0);
    if (::getuid() == 0) {
        if (::setgroups(0, nullptr) != 0 || ::setgid(user.group) != 0 || ::setuid(user.user) != 0)
            ::_exit(kCannotStart);
    }
    ::prctl(PR_SET_PDEATHSIG, SIGQUIT);  // PostgreSQL then exits immediately, with its children
    ::chdir("/") == 0 ? ::execv(arguments[0], arguments) : 0;
    ::_exit(kCannotStart);
}

std::string content_of(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

}  // namespace

ServerUser ServerUser::choose() {
    if (::getuid() != 0) return {::getuid(), ::getgid()};
    // Created by Debian's package.
    const passwd* const entry = ::getpwnam("postgres");
    if (!entry) throw std::runtime_error("there is no user postgres");
    return {entry->pw_uid, entry->pw_gid};
}

void ServerUser::own(const std::string& path) const {
    if (::getuid() == 0 && ::chown(path.c_str(), user, group) != 0)
        throw std::runtime_error("chown " + path + ": " + std::strerror(errno));
}

ServerProcess::ServerProcess(const std::vector<std::string>& command, const std::string& log) {
    const ServerUser user = ServerUser::choose();
    std::vector<std::string> copy = command;
    std::vector<char*> arguments;
    for (std::string& argument : copy)
        arguments.push_back(argument.data());
    arguments.push_back(nullptr);
    process_ = ::fork();
    if (process_ < 0) throw std::runtime_error("cannot fork");
    if (process_ == 0) become(user, arguments.data(), log.c_str());
}

ServerProcess::~ServerProcess() {
    if (process_ < 0) return;
    ::kill(process_, SIGCONT);
    ::kill(process_, SIGQUIT);
    wait();
}

bool ServerProcess::is_running() {
    if (process_ < 0) return false;
    if (::waitpid(process_, &status_, WNOHANG) != process_) return true;
    process_ = -1;
    return false;
}

void ServerProcess::signal(int number) const {
    if (process_ > 0) ::kill(process_, number);
}

int ServerProcess::wait() {
    while (process_ > 0 && ::waitpid(process_, &status_, 0) < 0 && errno == EINTR) {
    }
    process_ = -1;
    return WIFEXITED(status_) ? WEXITSTATUS(status_) : 128 + WTERMSIG(status_);
}

void run_as_server(const std::vector<std::string>& command, const std::string& log) {
    ServerProcess process(command, log);
    if (process.wait() != 0) throw std::runtime_error(command.front() + ":\n" + content_of(log));
}

}  // namespace carecloud
