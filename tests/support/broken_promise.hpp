// Captures the message of ensure() (base/ensure.hpp) about a violated invariant without terminating the test program.
#pragma once

#include <array>
#include <functional>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

namespace carecloud {

// Runs the step in a child process. Returns its standard error if it exited with status 70, otherwise an empty text.
inline std::string broken_promise_of(const std::function<void()>& step) {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) return {};
    const pid_t child = ::fork();
    if (child == 0) {
        ::dup2(ends[1], STDERR_FILENO);
        ::close(ends[0]);
        step();
        ::_exit(0);
    }
    ::close(ends[1]);
    std::string said;
    std::array<char, 256> piece{};
    for (ssize_t size = 0; (size = ::read(ends[0], piece.data(), piece.size())) > 0;)
        said.append(piece.data(), static_cast<std::size_t>(size));
    ::close(ends[0]);
    int status = 0;
    if (child < 0 || ::waitpid(child, &status, 0) != child) return {};
    return WIFEXITED(status) && WEXITSTATUS(status) == 70 ? said : std::string();
}

}  // namespace carecloud
