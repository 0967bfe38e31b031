#include "api/problem.hpp"

#include "json/json_text.hpp"

#include <array>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

namespace carecloud {
namespace {

std::string_view title_of(int status) {
    constexpr std::array<std::pair<int, std::string_view>, 14> titles{{
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {406, "Not Acceptable"},
        {409, "Conflict"},
        {410, "Gone"},
        {413, "Content Too Large"},
        {429, "Too Many Requests"},
        {500, "Internal Server Error"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
    }};
    for (const auto& [value, title] : titles) {
        if (value == status) return title;
    }
    return "Problem";
}

constexpr std::chrono::seconds kRetryStore{5};

}  // namespace

ServerResponse json_answer(std::string body, int status) {
    body += '\n';
    return {.status = status,
            .headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}},
            .body = std::move(body)};
}

ServerResponse problem(const Problem& problem) {
    nlohmann::ordered_json json{{"type", "about:blank"},
                                {"title", title_of(problem.status)},
                                {"status", problem.status},
                                {"code", problem.code},
                                {"detail", problem.detail}};
    if (!problem.hint.empty()) json["hint"] = problem.hint;
    ServerResponse response = json_answer(json_text(json), problem.status);
    response.headers[0].second = "application/problem+json";
    if (problem.retry_after)
        response.headers.emplace_back("Retry-After", std::to_string(problem.retry_after->count()));
    return response;
}

ServerResponse problem_of_portal(const Error& error) {
    const bool slow = error.code == ErrorCode::timed_out;
    return problem({.status = slow ? 504 : 502,
                    .code = std::string(to_string(error.code)),
                    .detail = error.operation + ": " + error.subject,
                    .hint = error.hint.empty() ? "run carecloudctl doctor to test the portal" : error.hint});
}

ServerResponse body_not_taken() {
    return problem({.status = 400,
                    .code = "body_not_taken",
                    .detail = "this request must not have a body",
                    .hint = "use query parameters, such as ?entity=…"});
}

ServerResponse not_running() {
    return problem({.status = 503,
                    .code = "not_running",
                    .detail = "no stream is running: the service is reloading or stopping",
                    .hint = "try again in a second",
                    .retry_after = std::chrono::seconds(1)});
}

bool is_passing(const Error& error) {
    return error.code == ErrorCode::store_busy || error.code == ErrorCode::store_full ||
           error.code == ErrorCode::store_failed || error.code == ErrorCode::store_lost ||
           error.code == ErrorCode::canceled;
}

ServerResponse problem_of(const Error& error) {
    if (error.code == ErrorCode::invalid_argument)
        return problem({.status = 400, .code = "bad_parameter", .detail = error.subject, .hint = error.hint});
    const bool passing = is_passing(error);
    Problem answer{.status = passing ? 503 : 500,
                   .code = std::string(to_string(error.code)),
                   .detail = error.operation + ": " + error.subject,
                   .hint = error.hint};
    if (passing) answer.retry_after = kRetryStore;
    return problem(answer);
}

}  // namespace carecloud
