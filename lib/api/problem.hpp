// Answers of the API: JSON, and problems as RFC 9457 has them.
//
//     co_return problem({.status = 400, .code = "bad_parameter", .detail = "limit: \"x\" is no number", .hint = "…"});
//
// Pure; safe on any thread.
#pragma once

#include "base/error.hpp"
#include "net/server/message.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace carecloud {

struct Problem {
    int status = 500;
    std::string code{};    // for programs: which problem of that status it is
    std::string detail{};  // what is wrong, in words; nothing secret
    std::string hint{};    // what to do about it
    std::optional<std::chrono::seconds> retry_after{};
};

ServerResponse problem(const Problem& problem);
// Whether a later try may do better.
bool is_passing(const Error& error);
// What a store or the engine stumbled over: 400 where it was asked for what cannot be, 503 where a later try may do
// better, else 500.
ServerResponse problem_of(const Error& error);

// What the portal answered, or did not: 504 where it was too slow, else 502.
ServerResponse problem_of_portal(const Error& error);

// Of a request that takes everything as parameters.
ServerResponse body_not_taken();
// Between two configurations, or at the end.
ServerResponse not_running();

ServerResponse json_answer(std::string body, int status = 200);

}  // namespace carecloud
