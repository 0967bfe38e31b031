// The words that may stand in a log although they came from outside: see json/redact.hpp.
#pragma once

#include <string_view>

namespace carecloud {

// Upper and lower case are the same.
bool is_known_word(std::string_view word);

}  // namespace carecloud
