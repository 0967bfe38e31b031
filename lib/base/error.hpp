// One error type for every room, and Result<T>, which contains a value or an error.
//
//     Result<Page> page = co_await portal.query(query);
//     if (!page) co_return page.error();
//
// An exception of a library is caught in the room that called the library and becomes an Error. Apart from faults of
// the program, only two exceptions cross rooms: the cancellation of a coroutine (operation_aborted), and BadJson
// (json/tokens.hpp). Whoever handles the error (retries or gives up) logs it, exactly once; functions in between only
// return it.
#pragma once

#include <chrono>
#include <cstddef>
#include <exception>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>

#include <boost/system/result.hpp>

namespace carecloud {

// Error codes, grouped by what the caller or operator can do. The portal's own error codes are listed in the vendor's
// API documentation.
enum class ErrorCode {
    canceled,          // shutdown, or the caller no longer needs the result
    invalid_argument,  // a mistake of the caller: never retried
    // Portal
    unreachable,      // DNS or connect failed; reset or closed before a response
    tls_failed,       // certificate or host name rejected: an operator must act
    timed_out,        // DNS, connect, head or body took too long; a gateway's 504
    key_refused,      // 401, or a 403 that the gateway or portal attributes to the key
    rate_limited,     // 429 for rate or burst; see retry_after
    quota_exhausted,  // 429 "Limit Exceeded": no retry before the next month
    too_large,        // 413, or a response above our own limit: request less
    server_failed,    // 500, 502, 503 and other errors of the server
    refused,          // isSuccess:false or another 4xx, by the portal or a firewall in front of it
    bad_response,     // not JSON, truncated, or not of the documented structure
    wrong_workspace,  // contains a record of another workspace or bucket (hazard 24)
    dialect_unknown,  // no dialect of the query language passed the check (hazard 28)
    // Store
    store_busy,     // temporarily locked by another program
    store_owned,    // another daemon holds this store
    store_full,     // no space left on the device
    store_failed,   // I/O error, read-only, or cannot be opened
    store_corrupt,  // not a database, or a damaged database
    store_newer,    // written by a newer version of the product
    store_lost,     // another daemon has taken the engine's lease: no retry, this one stands by
    // Configuration
    config_invalid,
};

// The code's name in logs and metrics, such as "rate_limited".
std::string_view to_string(ErrorCode code);

struct Error {
    ErrorCode code = ErrorCode::invalid_argument;
    std::string operation;  // what was attempted: "query claim_attendance"
    // The subject of the error: a host, file or field name; never a secret or the content of a record.
    std::string subject;
    std::string hint;                                        // the remedy; may be empty
    std::optional<std::chrono::milliseconds> retry_after{};  // as requested by the server (RFC 9110 10.2.3)
    std::size_t records_seen = 0;  // bad_response only: the least number of records in the page

    // "query claim_attendance: HTTP 403 Forbidden (key_refused); check portal.api_key_file"
    std::string message() const;
};

std::ostream& operator<<(std::ostream& out, const Error& error);

template <class T = void>
using Result = boost::system::result<T, Error>;

// Called by Result::value() on an error. A programming mistake: callers must check the result first.
[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location& where);

// Whether `thrown` is the cancellation of a coroutine. If not, it is a fault of this program or of a library.
bool is_cancellation(const std::exception_ptr& thrown);

// Selects the more severe of two exceptions, thrown by coroutines that ran side by side: a fault precedes a
// cancellation. Null if both are null.
std::exception_ptr worse_of(const std::exception_ptr& one, const std::exception_ptr& other);

Error canceled_error(std::string operation);

// The error of a bounded pass or an operator's request in which an exception was thrown; the rest of the program
// continues. It is final: a retry would not help. Includes no text of a library that may quote a record.
Error fault_error(std::string operation, const std::exception& thrown);

}  // namespace carecloud
