#include "unit/store_sqlite/unprivileged.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

namespace carecloud {
namespace {

constexpr uid_t kNobody = 65534;

[[noreturn]] void child(const std::function<std::string()>& work, int answer) {
    if (::getuid() == 0 && (::setgid(kNobody) != 0 || ::setuid(kNobody) != 0)) ::_exit(3);
    const std::string text = work();
    ::_exit(::write(answer, text.data(), text.size()) == static_cast<ssize_t>(text.size()) ? 0 : 4);
}

}  // namespace

std::string as_unprivileged(const std::function<std::string()>& work) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const pid_t pid = ::fork();
    REQUIRE(pid >= 0);
    if (pid == 0) child(work, ends[1]);
    ::close(ends[1]);
    std::string answer;
    char buffer[4096];
    for (ssize_t size = 0; (size = ::read(ends[0], buffer, sizeof buffer)) > 0;) {
        answer.append(buffer, static_cast<std::size_t>(size));
    }
    ::close(ends[0]);
    int status = 0;
    REQUIRE(::waitpid(pid, &status, 0) == pid);
    REQUIRE(status == 0);
    return answer;
}

}  // namespace carecloud
