// What a program that ends by a fault of its own has still to say.
#pragma once

#include <string_view>

namespace carecloud {

// To stderr, at once and whole, up to a pipe's 4 KiB; nowhere if its reader does not read within a second. Any thread.
void say_last(std::string_view line);

}  // namespace carecloud
