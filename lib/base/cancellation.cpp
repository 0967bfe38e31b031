#include "base/cancellation.hpp"

#include <stdexcept>
#include <typeinfo>
#include <utility>

#include <boost/asio/error.hpp>
#include <boost/core/demangle.hpp>
#include <boost/system/system_error.hpp>

namespace carecloud {

bool is_cancellation(const std::exception_ptr& thrown) {
    try {
        std::rethrow_exception(thrown);
    } catch (const boost::system::system_error& error) {
        return error.code() == boost::asio::error::operation_aborted;
    } catch (const std::exception&) {
        return false;
    }
}

std::exception_ptr worse_of(const std::exception_ptr& one, const std::exception_ptr& other) {
    if (!one || !other) return one ? one : other;
    return is_cancellation(one) ? other : one;
}

Error canceled_error(std::string operation) {
    return {
        .code = ErrorCode::canceled, .operation = std::move(operation), .subject = "canceled", .hint = ""};
}

Error fault_error(std::string operation, const std::exception& thrown) {
    std::string subject = "internal error: " + boost::core::demangle(typeid(thrown).name());
    // The standard library's own texts name functions and numbers.
    if (dynamic_cast<const std::logic_error*>(&thrown) != nullptr)
        subject += std::string(" (") + thrown.what() + ")";
    return {.code = ErrorCode::invalid_argument,
            .operation = std::move(operation),
            .subject = std::move(subject),
            .hint = "please report it with the log; other passes continue"};
}

}  // namespace carecloud
