#include "base/last_words.hpp"

#include <poll.h>
#include <unistd.h>

namespace carecloud {

void say_last(std::string_view line) {
    constexpr int milliseconds = 1000;
    pollfd standard_error{.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
    if (::poll(&standard_error, 1, milliseconds) < 1) return;
    // There is nothing to be done where it is closed.
    [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
}

}  // namespace carecloud
