#include "api_endpoint.hpp"

#include "api/problem.hpp"
#include "retire.hpp"
#include "runtime/secret_file.hpp"
#include "server_address.hpp"

#include <utility>

namespace carecloud {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::milliseconds kApiGrace{1000};
constexpr std::size_t kBodyMax = 4 * 1024;  // no request of the API needs one
// A thousand that wait for changes, and room for those who only ask.
constexpr std::size_t kConnectionsMax = 1200;
constexpr std::size_t kTokenMin = 16;  // bytes

Result<std::string> read_token(const ApiSettings& settings) {
    if (!settings.token_file) return std::string();
    Result<std::string> token = read_secret_file(*settings.token_file);
    if (token && token->size() < kTokenMin) {
        return Error{.code = ErrorCode::config_invalid,
                     .operation = "read secret file",
                     .subject = "\"" + *settings.token_file + "\" holds fewer than " +
                                std::to_string(kTokenMin) + " characters, which can be guessed",
                     .hint = "write a random token: openssl rand -hex 16"};
    }
    return token;
}

}  // namespace

ApiEndpoint::ApiEndpoint(asio::io_context& io, const ApiParts& parts, Log& log)
    : io_(io), parts_(parts), log_(log) {}

Result<ApiEndpoint::Staged> ApiEndpoint::stage(const ApiSettings& settings) {
    Staged staged{.address = settings.listen, .api = {}, .server = {}};
    if (!settings.configured) return staged;
    auto token = read_token(settings);
    if (!token) return token.error();
    staged.api = std::make_shared<Api>(
        parts_, ApiAccess{.token = std::move(*token), .unix_socket = settings.listen.is_unix()});
    if (server_ && settings.listen == address_) return staged;
    auto server = listen(settings);
    if (!server) return server.error();
    staged.server = std::move(*server);
    return staged;
}

Result<std::unique_ptr<HttpServer>> ApiEndpoint::listen(const ApiSettings& settings) {
    auto address = server_address(settings.listen);
    if (!address) return address.error();
    HttpServerSettings server{.address = std::move(*address),
                              .on_error = [this](const Error& error) { log_.write(LogLevel::warn, error); }};
    server.timeouts.grace = kApiGrace;
    server.limits.body_bytes_max = kBodyMax;
    server.limits.connections_max = kConnectionsMax;
    auto handler = [this](const ServerRequest& request) { return serve(request); };
    return HttpServer::listen(io_.get_executor(), std::move(server), std::move(handler));
}

// The API is looked up for each request, and kept until its answer: a reload changes it.
Task<ServerResponse> ApiEndpoint::serve(const ServerRequest& request) {
    const std::shared_ptr<Api> api = api_;
    if (!api) {
        co_return problem({.status = 503,
                           .code = "not_running",
                           .detail = "the service starts, or stops",
                           .retry_after = std::chrono::seconds(1)});
    }
    auto answering = api->answer(request);
    ServerResponse answer = co_await std::move(answering);
    if (answer.status == 401 || answer.status == 429) tell_refused(request);
    co_return answer;
}

// Anybody can guess: a line when it begins, and then one an interval.
void ApiEndpoint::tell_refused(const ServerRequest& request) {
    const auto line = refusals_.failed("token", ErrorCode::refused, parts_.clock.now());
    if (!line) return;
    log_.write(LogLevel::warn, "a request to the API was refused: its token is missing or wrong",
               {{"COUNT", line->count}, {"PEER", request.peer}});
}

void ApiEndpoint::take(Staged staged) {
    if (!staged.api || staged.server) retire();
    if (staged.server) server_ = std::move(staged.server);
    address_ = std::move(staged.address);
    api_ = std::move(staged.api);
}

void ApiEndpoint::retire() {
    if (server_) retire_server(io_, std::move(server_));
}

Task<> ApiEndpoint::stop() {
    parts_.feed.close();
    if (server_) co_await server_->stop();
    api_.reset();
}

Result<> check_api(const ApiSettings& settings) {
    const auto token = read_token(settings);
    if (!token) return token.error();
    return {};
}

}  // namespace carecloud
