#include "api/api.hpp"

#include "api/problem.hpp"
#include "json/json_text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace carecloud {

namespace {

constexpr std::string_view kPaths =
    "/, /livez, /readyz, /metrics, /v1/status, /v1/changes, /v1/records/{entity}, /v1/records/{entity}/{id}, "
    "/v1/records/{entity}/{id}/versions, /v1/records/{entity}/{id}/versions/{seq}, "
    "/v1/records/{entity}/{id}/life, /v1/events, "
    "/v1/quarantine, /v1/passes, /v1/passes/{id}, POST /v1/sync, POST /v1/backfill, POST /v1/reconcile, "
    "POST /v1/quarantine/{entity}/{id}/retry, POST /v1/records/{entity}/{id}/erase, DELETE /v1/passes/{id}";

template <class Path>
bool matches(const Path& path, const std::vector<std::string>& segments) {
    const auto length = static_cast<std::size_t>(std::find(path.begin(), path.end(), "") - path.begin());
    if (length != segments.size()) return false;
    for (std::size_t i = 0; i < length; ++i) {
        if (path[i] != "*" && path[i] != segments[i]) return false;
    }
    return true;
}

ServerResponse wrong_method(const std::string& allow) {
    ServerResponse answer = problem({.status = 405,
                                     .code = "wrong_method",
                                     .detail = "method not allowed for this path",
                                     .hint = "use " + allow});
    answer.headers.emplace_back("Allow", allow);
    return answer;
}

}  // namespace

Api::Api(const ApiParts& parts, const ApiAccess& access)
    : parts_(parts),
      guard_(parts.clock, access.token, access.unix_socket),
      numbers_only_(access.numbers_only),
      reads_(std::make_shared<ChangeReads>(parts.clock, parts.reader, parts.feed)) {}

// The routes of the request's path: one per method.
std::vector<const Api::Route*> Api::find(const ApiQuery& query) {
    static constexpr std::array<Route, 24> routes{{
        {{}, "GET", &Api::page, false, true},
        {{"page.css"}, "GET", &Api::page_file, true},
        {{"page.js"}, "GET", &Api::page_file, true},
        {{"icon.svg"}, "GET", &Api::page_file, true},
        {{"livez"}, "GET", &Api::livez, true},
        {{"readyz"}, "GET", &Api::readyz, false, true},
        {{"metrics"}, "GET", &Api::metrics, false, true},
        {{"v1", "status"}, "GET", &Api::status},
        {{"v1", "changes"}, "GET", &Api::changes},
        {{"v1", "records", "*"}, "GET", &Api::records},
        {{"v1", "records", "*", "*"}, "GET", &Api::record},
        {{"v1", "records", "*", "*", "versions"}, "GET", &Api::versions},
        {{"v1", "records", "*", "*", "versions", "*"}, "GET", &Api::version},
        {{"v1", "records", "*", "*", "life"}, "GET", &Api::life},
        {{"v1", "events"}, "GET", &Api::events},
        {{"v1", "quarantine"}, "GET", &Api::quarantine},
        {{"v1", "quarantine", "*", "*", "retry"}, "POST", &Api::retry_quarantined, false, false, true},
        {{"v1", "records", "*", "*", "erase"}, "POST", &Api::erase},
        {{"v1", "sync"}, "POST", &Api::sync, false, false, true},
        {{"v1", "backfill"}, "POST", &Api::backfill, false, false, true},
        {{"v1", "reconcile"}, "POST", &Api::reconcile, false, false, true},
        {{"v1", "passes"}, "GET", &Api::passes},
        {{"v1", "passes", "*"}, "GET", &Api::pass},
        {{"v1", "passes", "*"}, "DELETE", &Api::cancel_pass, false, false, true},
    }};
    std::vector<const Route*> found;
    for (const Route& route : routes) {
        if (matches(route.path, query.segments())) found.push_back(&route);
    }
    return found;
}

// Null: there is no such path, or not with that method.
const Api::Route* Api::find(const ApiQuery& query, const std::string& method) {
    const std::vector<const Route*> found = find(query);
    const std::string_view wanted = method == "HEAD" ? "GET" : std::string_view(method);
    const auto route =
        std::find_if(found.begin(), found.end(), [&](const Route* one) { return one->method == wanted; });
    return route == found.end() ? nullptr : *route;
}

Task<ServerResponse> Api::answer(const ServerRequest& request) {
    auto query = ApiQuery::parse(request.target);
    const std::vector<const Route*> found = query ? find(*query) : std::vector<const Route*>();
    if (found.empty() || !found.front()->open) {
        auto refusing = guard_.refuse(request);
        std::optional<ServerResponse> refusal = co_await std::move(refusing);
        if (refusal) co_return std::move(*refusal);
    }
    if (numbers_only_ && query && !(found.size() == 1 && (found.front()->open || found.front()->numbers))) {
        co_return problem(
            {.status = 403,
             .code = "numbers_only",
             .detail =
                 "this address only serves /, /readyz and /metrics, because it does not authenticate clients",
             .hint = "use the socket /run/carecloud-syncd/api.sock, or set api.listen and "
                     "api.token_file"});
    }
    if (!query) {
        co_return problem({.status = 400,
                           .code = "bad_target",
                           .detail = query.error().subject,
                           .hint = query.error().hint});
    }
    if (found.empty()) {
        co_return problem({.status = 404,
                           .code = "no_such_path",
                           .detail = "unknown path",
                           .hint = "known paths: " + std::string(kPaths)});
    }
    if (const Route* const route = find(*query, request.method)) {
        const bool elsewhere = route->engine && parts_.host.stands_by();
        auto handling = elsewhere ? forward(request) : (this->*route->handler)(request, *query);
        co_return co_await std::move(handling);
    }
    std::string allowed;
    for (const Route* const route : found) {
        allowed +=
            (allowed.empty() ? "" : ", ") + std::string(route->method == "GET" ? "GET, HEAD" : route->method);
    }
    co_return wrong_method(allowed);
}

std::optional<ServerResponse> Api::refuse_entity(std::string_view entity) const {
    const std::vector<std::string> known = parts_.host.entities();
    if (std::find(known.begin(), known.end(), entity) != known.end()) return std::nullopt;
    std::string names;
    for (const std::string& name : known)
        names += (names.empty() ? "" : ", ") + name;
    return problem({.status = 404,
                    .code = "no_such_stream",
                    .detail = "no such stream",
                    .hint = "configured streams: " + names});
}

}  // namespace carecloud
