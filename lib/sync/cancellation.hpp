// What a cancelled coroutine throws, told from everything else.
#pragma once

#include "core/error.hpp"

#include <exception>
#include <string>

namespace carecloud {

// Whether it is a coroutine's cancellation and nothing else; any other exception goes on its way from here. Where both
// halves of a step were waiting, Asio throws both in one.
bool is_cancellation(const std::exception_ptr& thrown);

Error cancelled_error(std::string operation);

}  // namespace carecloud
