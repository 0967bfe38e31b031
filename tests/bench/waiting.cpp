#include "bench/waiting.hpp"

#include <ctime>
#include <poll.h>
#include <stdexcept>

namespace carecloud::bench {

void wait_until(const std::string& what, const Looks& looks, const std::function<bool()>& condition) {
    const auto until = std::chrono::steady_clock::now() + looks.at_most;
    const auto whole = std::chrono::duration_cast<std::chrono::seconds>(looks.every);
    const timespec pause{.tv_sec = whole.count(),
                         .tv_nsec = std::chrono::nanoseconds(looks.every - whole).count()};
    while (!condition()) {
        if (std::chrono::steady_clock::now() > until) throw std::runtime_error(what + ": not in time");
        ::ppoll(nullptr, 0, &pause, nullptr);
    }
}

}  // namespace carecloud::bench
