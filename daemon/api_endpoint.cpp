#include "api_endpoint.hpp"

#include "api/problem.hpp"
#include "listening.hpp"
#include "runtime/files.hpp"

#include <algorithm>
#include <utility>

namespace carecloud {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::milliseconds kApiGrace{1000};
constexpr std::size_t kBodyMax = 4 * 1024;  // no request of the API needs one
// A thousand clients that wait for changes, and room for other requests.
constexpr std::size_t kConnectionsMax = 1200;
constexpr std::size_t kTokenMin = 16;  // bytes

Result<std::string> read_token(const ApiSettings& settings) {
    if (!settings.token_file) return std::string();
    Result<std::string> token = read_secret_file(*settings.token_file);
    if (token && token->size() < kTokenMin) {
        return Error{.code = ErrorCode::config_invalid,
                     .operation = "read secret file",
                     .subject = "\"" + *settings.token_file + "\" contains fewer than " +
                                std::to_string(kTokenMin) + " characters, which is easy to guess",
                     .hint = "use a random token: openssl rand -hex 16"};
    }
    return token;
}

}  // namespace

ApiEndpoint::ApiEndpoint(asio::io_context& io, const ApiParts& parts, Log& log)
    : io_(io), parts_(parts), log_(log) {}

std::shared_ptr<ApiEndpoint::Served> ApiEndpoint::find(const ListenAddress& address) const {
    const auto found = std::find_if(served_.begin(), served_.end(),
                                    [&](const auto& one) { return one->address == address; });
    return found == served_.end() ? nullptr : *found;
}

Result<ApiEndpoint::Wanted> ApiEndpoint::want(const ListenAddress& listen, const ApiAccess& access) {
    Wanted wanted{.served = find(listen), .api = std::make_shared<Api>(parts_, access)};
    if (wanted.served) return wanted;
    wanted.served = std::make_shared<Served>(Served{.address = listen});
    auto address = server_address(listen);
    if (!address) return address.error();
    HttpServerSettings server{.address = std::move(*address),
                              .on_error = [this](const Error& error) { log_.write(LogLevel::warn, error); }};
    server.timeouts.grace = kApiGrace;
    server.limits.body_bytes_max = kBodyMax;
    server.limits.connections_max = kConnectionsMax;
    // A server that is replaced answers its last requests after its address is no longer served.
    auto handler = [this, weak = std::weak_ptr(wanted.served)](const ServerRequest& request) {
        const auto served = weak.lock();
        return serve(served ? served->api : nullptr, request);
    };
    auto listening = HttpServer::listen(io_.get_executor(), std::move(server), std::move(handler));
    if (!listening) return listening.error();
    wanted.served->server = std::move(*listening);
    return wanted;
}

Result<ApiEndpoint::Staged> ApiEndpoint::stage(const ApiSettings& settings) {
    Staged staged;
    if (!settings.configured) return staged;
    auto token = read_token(settings);
    if (!token) return token.error();
    auto api = want(settings.listen, {.token = std::move(*token), .unix_socket = settings.listen.is_unix()});
    if (!api) return api.error();
    staged.push_back(std::move(*api));
    if (!settings.numbers) return staged;
    auto numbers = want(*settings.numbers, {.token = {}, .unix_socket = false, .numbers_only = true});
    if (numbers)
        staged.push_back(std::move(*numbers));
    else
        log_.write(LogLevel::warn, numbers.error(),
                   {{"EFFECT", "metrics and status page are not available there"}});
    return staged;
}

// Keeps the Api alive until it has responded.
Task<ServerResponse> ApiEndpoint::serve(std::shared_ptr<Api> api, const ServerRequest& request) {
    if (!api) {
        co_return problem({.status = 503,
                           .code = "not_running",
                           .detail = "the service is starting or stopping",
                           .retry_after = std::chrono::seconds(1)});
    }
    auto answering = api->answer(request);
    ServerResponse answer = co_await std::move(answering);
    if (answer.status == 401 || answer.status == 429) report_refused(request);
    co_return answer;
}

// Anybody can try tokens: one line at the start, and then one per interval.
void ApiEndpoint::report_refused(const ServerRequest& request) {
    const auto line = refusals_.failed("token", ErrorCode::refused, parts_.clock.now());
    if (!line) return;
    log_.write(LogLevel::warn, "API request refused: missing or wrong token",
               {{"COUNT", line->count}, {"PEER", request.peer}});
}

void ApiEndpoint::take(Staged staged) {
    std::vector<std::shared_ptr<Served>> before = std::move(served_);
    served_.clear();
    for (Wanted& wanted : staged) {
        wanted.served->api = std::move(wanted.api);
        served_.push_back(std::move(wanted.served));
    }
    for (const auto& old : before) {
        if (find(old->address) == old) continue;
        old->api.reset();
        retire_server(io_, std::move(old->server));
    }
}

Task<> ApiEndpoint::stop() {
    parts_.feed.close();
    for (const auto& one : served_) {
        auto stopping = one->server->stop();
        co_await std::move(stopping);
        one->api.reset();
    }
}

Result<> check_api(const ApiSettings& settings) {
    const auto token = read_token(settings);
    if (!token) return token.error();
    return {};
}

}  // namespace carecloud
