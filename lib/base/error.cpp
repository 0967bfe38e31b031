#include "base/error.hpp"

#include <ostream>
#include <stdexcept>
#include <typeinfo>
#include <utility>

#include <boost/asio/error.hpp>
#include <boost/core/demangle.hpp>
#include <boost/system/system_error.hpp>

namespace carecloud {

std::string_view to_string(ErrorCode code) {
    switch (code) {
        case ErrorCode::canceled:
            return "canceled";
        case ErrorCode::invalid_argument:
            return "invalid_argument";
        case ErrorCode::unreachable:
            return "unreachable";
        case ErrorCode::tls_failed:
            return "tls_failed";
        case ErrorCode::timed_out:
            return "timed_out";
        case ErrorCode::key_refused:
            return "key_refused";
        case ErrorCode::rate_limited:
            return "rate_limited";
        case ErrorCode::quota_exhausted:
            return "quota_exhausted";
        case ErrorCode::too_large:
            return "too_large";
        case ErrorCode::server_failed:
            return "server_failed";
        case ErrorCode::refused:
            return "refused";
        case ErrorCode::bad_response:
            return "bad_response";
        case ErrorCode::wrong_workspace:
            return "wrong_workspace";
        case ErrorCode::dialect_unknown:
            return "dialect_unknown";
        case ErrorCode::store_busy:
            return "store_busy";
        case ErrorCode::store_owned:
            return "store_owned";
        case ErrorCode::store_full:
            return "store_full";
        case ErrorCode::store_failed:
            return "store_failed";
        case ErrorCode::store_corrupt:
            return "store_corrupt";
        case ErrorCode::store_newer:
            return "store_newer";
        case ErrorCode::store_lost:
            return "store_lost";
        case ErrorCode::config_invalid:
            return "config_invalid";
    }
    return "unknown";
}

std::string Error::message() const {
    std::string text = operation;
    text += ": ";
    text += subject;
    text += " (";
    text += to_string(code);
    text += ")";
    if (!hint.empty()) {
        text += "; ";
        text += hint;
    }
    return text;
}

std::ostream& operator<<(std::ostream& out, const Error& error) {
    return out << error.message();
}

void throw_exception_from_error(const Error& error, const boost::source_location&) {
    throw std::logic_error("unchecked error: " + error.message());
}

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
    // Only these texts: the standard library's logic errors contain function names and numbers, never data.
    if (dynamic_cast<const std::logic_error*>(&thrown) != nullptr)
        subject += std::string(" (") + thrown.what() + ")";
    return {.code = ErrorCode::invalid_argument,
            .operation = std::move(operation),
            .subject = std::move(subject),
            .hint = "please report it with the log; other passes continue"};
}

}  // namespace carecloud
