// Responses of the API: JSON, and problems according to RFC 9457.
//
//     co_return problem({.status = 400, .code = "bad_parameter", .detail = "limit must be an integer", .hint = "…"});
//
// Pure; thread-safe.
#pragma once

#include "base/error.hpp"
#include "net/server/message.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace carecloud {

struct Problem {
    int status = 500;
    std::string code{};    // for programs: distinguishes problems of the same status
    std::string detail{};  // the cause, in plain text; nothing secret
    std::string hint{};    // what to do about it
    std::optional<std::chrono::seconds> retry_after{};
};

ServerResponse problem(const Problem& problem);
// Whether a later attempt may succeed.
bool is_passing(const Error& error);
// The response to an error of a store or of the engine: 400 for an invalid argument, 503 if a later attempt may
// succeed, otherwise 500.
ServerResponse problem_of(const Error& error);

// The response to an error of the portal: 504 if it was too slow, otherwise 502.
ServerResponse problem_of_portal(const Error& error);

// The response to a body that is not allowed: the request takes only parameters.
ServerResponse body_not_taken();
// The response between two configurations, and during the shutdown.
ServerResponse not_running();

ServerResponse json_answer(std::string body, int status = 200);

}  // namespace carecloud
