#include "core/ensure.hpp"

#include <string>
#include <unistd.h>

namespace carecloud {

namespace {

// EX_SOFTWARE of sysexits.h.
constexpr int kInternalError = 70;

}  // namespace

void end_broken(std::string_view promise, const std::source_location& where) {
    const std::string line = "internal error: a broken promise: " + std::string(promise) + " (" +
                             where.file_name() + ":" + std::to_string(where.line()) +
                             "); nothing of this step is committed\n";
    // There is nothing to be done where standard error is closed.
    [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
    ::_exit(kInternalError);
}

}  // namespace carecloud
