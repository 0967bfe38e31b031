#include "sync/cancellation.hpp"

#include <utility>

#include <boost/asio/error.hpp>
#include <boost/asio/multiple_exceptions.hpp>
#include <boost/system/system_error.hpp>

namespace carecloud {

bool is_cancellation(const std::exception_ptr& thrown) {
    try {
        std::rethrow_exception(thrown);
    } catch (const boost::system::system_error& error) {
        return error.code() == boost::asio::error::operation_aborted;
    } catch (const boost::asio::multiple_exceptions& both) {
        return is_cancellation(both.first_exception());
    }
}

Error cancelled_error(std::string operation) {
    return {.code = ErrorCode::cancelled,
            .operation = std::move(operation),
            .subject = "it was ended",
            .hint = ""};
}

}  // namespace carecloud
