// What this program promises itself, at the seams above all. A broken promise is a fault of the program, never of what
// the portal, SNS or an operator sent: going on could store something wrong, so the process ends with exit status 70
// and a line that says which promise it was. The service manager starts it anew on what was committed.
//
//     ensure(!state.safe || state.cursor, "a safe point has a cursor");
//
// Costs a comparison, in every build. Safe on any thread.
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

// The last message of a program that ends by a fault of its own: to stderr, at once and whole, up to a pipe's 4 KiB;
// nowhere if its reader does not read within a second. Any thread.
void say_last(std::string_view line);

}  // namespace carecloud
