// Waits for what another process does, by looking at it every so often.
#pragma once

#include <chrono>
#include <functional>
#include <string>

namespace carecloud::bench {

struct Looks {
    std::chrono::microseconds every{10'000};
    std::chrono::seconds at_most{120};
};

// Throws std::runtime_error, with `what`, where the condition does not hold in time; and what the condition throws.
void wait_until(const std::string& what, const Looks& looks, const std::function<bool()>& condition);

}  // namespace carecloud::bench
