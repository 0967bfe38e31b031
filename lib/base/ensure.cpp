#include "base/ensure.hpp"

#include "base/last_words.hpp"

#include <string>
#include <unistd.h>

namespace carecloud {

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
