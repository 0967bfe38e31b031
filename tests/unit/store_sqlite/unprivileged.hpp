// Root ignores permissions, so tests of them run as nobody, in a child process.
#pragma once

#include <functional>
#include <string>

namespace carecloud {

// The result of `work`, run in a child as an unprivileged user (as this user if it is not root).
std::string as_unprivileged(const std::function<std::string()>& work);

}  // namespace carecloud
