// A text as JSON has it.
#pragma once

#include <string>
#include <string_view>

namespace carecloud {

// A text as a JSON string, with its quotes; what is no UTF-8 is replaced by U+FFFD. Pure; safe on any thread.
std::string quoted_json(std::string_view text);

}  // namespace carecloud
