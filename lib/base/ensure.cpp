#include "base/ensure.hpp"

#include <poll.h>
#include <string>
#include <unistd.h>

namespace carecloud {

void say_last(std::string_view line) {
    constexpr int milliseconds = 1000;
    pollfd standard_error{.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
    if (::poll(&standard_error, 1, milliseconds) < 1) return;
    // If stderr is closed, there is nothing left to do.
    [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
}

namespace {

// EX_SOFTWARE of sysexits.h.
constexpr int kInternalError = 70;

}  // namespace

void end_broken(std::string_view promise, const std::source_location& where) {
    const std::string line = "internal error: broken invariant: " + std::string(promise) + " (" +
                             where.file_name() + ":" + std::to_string(where.line()) +
                             "); this step was not committed\n";
    say_last(line);
    ::_exit(kInternalError);
}

}  // namespace carecloud
