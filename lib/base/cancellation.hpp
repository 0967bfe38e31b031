// What a canceled coroutine throws, told from everything else.
#pragma once

#include "base/error.hpp"

#include <exception>
#include <string>

namespace carecloud {

// Whether it is a coroutine's cancellation and nothing else. False: a fault of this program, or of a library.
bool is_cancellation(const std::exception_ptr& thrown);

// Of what two halves of a step have thrown, the one that says most: a fault, else a cancellation. Null: neither has.
std::exception_ptr worse_of(const std::exception_ptr& one, const std::exception_ptr& other);

Error canceled_error(std::string operation);

// What a bounded pass or a request of an operator ends by where something in it threw: the rest of the program goes on.
// Final: trying again would not help. No text of a library's is in it that may quote a record.
Error fault_error(std::string operation, const std::exception& thrown);

}  // namespace carecloud
