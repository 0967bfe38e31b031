// Requests that need the engine, where another daemon runs it: forwarded through the store as they came, and answered
// by the other daemon's API.
#include "api/api.hpp"
#include "api/problem.hpp"
#include "json/json_text.hpp"

#include <utility>

namespace carecloud {
namespace {

using Json = nlohmann::ordered_json;

// Longer than RetryQueue::kPatience, the slowest answer.
constexpr Duration kPatience = std::chrono::seconds(25);

std::string text_of(const ServerRequest& request) {
    return json_text(Json{{"method", request.method}, {"target", request.target}, {"body", request.body}});
}

// None: it is of a version of this program that writes something else.
std::optional<ServerRequest> request_from(const std::string& text) {
    const Json json = Json::parse(text, nullptr, false);
    if (!json.is_object()) return std::nullopt;
    ServerRequest request;
    for (const auto& [name, field] :
         {std::pair("method", &request.method), {"target", &request.target}, {"body", &request.body}}) {
        const auto found = json.find(name);
        if (found == json.end() || !found->is_string()) return std::nullopt;
        *field = found->get<std::string>();
    }
    return request;
}

std::string text_of(const ServerResponse& answer) {
    Json headers = Json::array();
    for (const HttpHeader& header : answer.headers)
        headers.push_back({header.first, header.second});
    return json_text(Json{{"status", answer.status}, {"headers", headers}, {"body", answer.body}});
}

std::optional<ServerResponse> response_from(const std::string& text) {
    try {
        const Json json = Json::parse(text);
        ServerResponse answer{.status = json.at("status").get<int>(),
                              .body = json.at("body").get<std::string>()};
        for (const Json& header : json.at("headers"))
            answer.headers.emplace_back(header.at(0).get<std::string>(), header.at(1).get<std::string>());
        return answer;
    } catch (const Json::exception&) {
        return std::nullopt;
    }
}

ServerResponse no_leader() {
    return problem({.status = 503,
                    .code = "no_leader",
                    .detail = "this daemon stands by, and no other one carried out the request",
                    .hint = "try again; carecloudctl status lists the daemons of this store",
                    .retry_after = std::chrono::seconds(5)});
}

}  // namespace

Task<ServerResponse> Api::forward(const ServerRequest& request) {
    auto asking = parts_.host.ask_leader(text_of(request), kPatience);
    const Result<std::optional<std::string>> answer = co_await std::move(asking);
    if (!answer) co_return problem_of(answer.error());
    if (!*answer) co_return no_leader();
    co_return response_from(**answer).value_or(no_leader());
}

// The other daemon's API has checked the sender's rights.
Task<std::string> Api::carry_out(std::string forwarded) {
    const auto request = request_from(forwarded);
    auto query = request ? ApiQuery::parse(request->target) : Result<ApiQuery>(Error{});
    const Route* const route = query ? find(*query, request->method) : nullptr;
    const bool is_taken = route != nullptr && (route->engine || route->handler == &Api::status);
    if (!is_taken) co_return text_of(no_leader());
    auto handling = (this->*route->handler)(*request, *query);
    const ServerResponse answer = co_await std::move(handling);
    co_return text_of(answer);
}

}  // namespace carecloud
