// Internal invariants, checked mainly at the interfaces between rooms. A violation is a fault of this program, never of
// input from the portal, SNS or an operator. Continuing could store wrong data, so the process prints the violated
// invariant and exits with status 70. The service manager restarts it, and it continues from the committed state.
//
//     ensure(!state.safe || state.cursor, "a safe point has a cursor");
//
// Costs one comparison, in every build type. Thread-safe.
#pragma once

#include <source_location>
#include <string_view>

namespace carecloud {

[[noreturn]] void end_broken(std::string_view promise, const std::source_location& where);

inline void ensure(bool holds, std::string_view promise,
                   const std::source_location& where = std::source_location::current()) {
    if (!holds) [[unlikely]]
        end_broken(promise, where);
}

// Writes the last message of a program that ends because of an internal fault: directly to stderr, and atomically up to
// 4 KiB (PIPE_BUF). Gives up if stderr is a pipe whose reader does not read within a second. Any thread.
void say_last(std::string_view line);

}  // namespace carecloud
