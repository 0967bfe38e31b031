// Permissions mean nothing to root, so a test of them does its work as nobody, in a child process.
#pragma once

#include <functional>
#include <string>

namespace carecloud {

// What `work` returns, run in a child as an unprivileged user (as this user where it is not root).
std::string as_unprivileged(const std::function<std::string()>& work);

}  // namespace carecloud
