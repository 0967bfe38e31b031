// One error type for every room, and Result<T>, which carries it.
//
//     Result<Page> page = co_await portal.query(query);
//     if (!page) co_return page.error();
//
// Across rooms nothing throws: an exception from a library is caught in the room that called it and becomes
// an Error. Whoever ends the error's way (retries, gives up) logs it, once; everybody between only passes it
// on.
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

// What went wrong, by what can be done about it; the portal's are in the vendor's API documentation.
enum class ErrorCode {
    canceled,          // we are shutting down, or the caller no longer wants it
    invalid_argument,  // the caller's fault: never retried
    // Portal
    unreachable,      // name resolution, connect, reset, closed before an answer
    tls_failed,       // certificate or host name refused: an operator must act
    timed_out,        // connect, head or body took too long; the gateway's own 504
    key_refused,      // 401, and 403 where the gateway or the portal speaks of the key
    rate_limited,     // 429 for rate or burst; retry_after may say how long
    quota_exhausted,  // 429 "Limit Exceeded": no use before the month turns
    too_large,        // 413, or an answer over our own limit: ask for less
    server_failed,    // 500, 502, 503 and what else means "not your fault"
    refused,          // isSuccess:false, or another 4xx: the portal, or a firewall before it, said no
    bad_response,     // not JSON, cut short, not of the documented shape
    wrong_workspace,  // a record of another workspace or bucket (hazard 24)
    dialect_unknown,  // no form of the query language passed the proof (hazard 28)
    // Store
    store_busy,     // locked by another program for now
    store_owned,    // another daemon holds this store
    store_full,     // no space left
    store_failed,   // I/O error, read-only, cannot open
    store_corrupt,  // not a database, or a damaged one
    store_newer,    // written by a newer version of the product
    // Configuration
    config_invalid,
};

// The code's name as it stands in logs and metrics, such as "rate_limited".
std::string_view to_string(ErrorCode code);

struct Error {
    ErrorCode code = ErrorCode::invalid_argument;
    std::string operation;  // what was being done: "query claim_attendance"
    // What it stumbled over: a host, a file, a field; never a secret, never a record's content.
    std::string subject;
    std::string hint;                                        // what to do about it; may be empty
    std::optional<std::chrono::milliseconds> retry_after{};  // as the other side asked (RFC 9110 10.2.3)
    std::size_t records_seen = 0;  // in a bad_response: how many its page held at least

    // "query claim_attendance: HTTP 403 Forbidden (key_refused); check portal.api_key_file"
    std::string message() const;
};

std::ostream& operator<<(std::ostream& out, const Error& error);

template <class T = void>
using Result = boost::system::result<T, Error>;

// Called by Result::value() on an error: a programming mistake, since callers test first.
[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location& where);

// Whether it is a coroutine's cancellation and nothing else. False: a fault of this program, or of a library.
bool is_cancellation(const std::exception_ptr& thrown);

// Of what two halves of a step have thrown, the one that says most: a fault, else a cancellation. Null: neither has.
std::exception_ptr worse_of(const std::exception_ptr& one, const std::exception_ptr& other);

Error canceled_error(std::string operation);

// What a bounded pass or a request of an operator ends by where something in it threw: the rest of the program goes on.
// Final: trying again would not help. No text of a library's is in it that may quote a record.
Error fault_error(std::string operation, const std::exception& thrown);

}  // namespace carecloud
