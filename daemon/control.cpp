#include "control.hpp"

#include "base/packaged_service.hpp"
#include "net/client/http_client.hpp"
#include "runtime/environment.hpp"

#include <iostream>
#include <optional>
#include <utility>

#include <boost/asio/co_spawn.hpp>

namespace carecloud {
namespace {

namespace asio = boost::asio;

constexpr const char* kPath = "/reload";
constexpr int kRefused = 422;
// A reload reads a few files; it does not wait for a page that is being stored.
constexpr std::chrono::seconds kAnswerTimeout{30};

std::optional<std::string> runtime_folder() {
    const auto folders = process_environment("RUNTIME_DIRECTORY");
    if (!folders || folders->empty()) return std::nullopt;
    return folders->substr(0, folders->find(':'));
}

std::string socket_in(const std::string& folder) {
    return folder + "/control.sock";
}

Task<ServerResponse> answer(const ServerRequest& request, const std::function<std::string()>& reload) {
    ServerResponse response{.headers = {{"Content-Type", "text/plain; charset=utf-8"}}};
    if (request.method != "POST" || request.path() != kPath) {
        response.status = 404;
        co_return response;
    }
    response.body = reload();
    if (!response.body.empty()) response.status = kRefused;
    co_return response;
}

Result<HttpResponse> post_reload(const std::string& socket) {
    asio::io_context io(1);
    HttpClientSettings settings{.origin = {.tls = false, .host = "localhost", .port = 80},
                                .unix_path = socket};
    settings.timeouts = {
        .connect = kAnswerTimeout, .head = kAnswerTimeout, .body = kAnswerTimeout, .total = kAnswerTimeout};
    auto client = HttpClient::create(io.get_executor(), std::move(settings));
    if (!client) return client.error();
    Result<HttpResponse> response = Error{};
    auto asking = (*client)->request({.method = "POST", .target = kPath, .operation = "reload"});
    asio::co_spawn(io, std::move(asking), [&](const std::exception_ptr& thrown, Result<HttpResponse> came) {
        if (thrown) std::rethrow_exception(thrown);
        response = std::move(came);
    });
    io.run();
    return response;
}

}  // namespace

std::unique_ptr<HttpServer> listen_for_control(asio::io_context& io, std::function<std::string()> reload,
                                               Log& log) {
    const auto folder = runtime_folder();
    if (!folder) return nullptr;
    HttpServerSettings settings{.address = {.unix_path = socket_in(*folder)},
                                .on_error = [&log](const Error& error) { log.write(LogLevel::warn, error); }};
    auto handler = [reload = std::move(reload)](const ServerRequest& request) {
        return answer(request, reload);
    };
    auto server = HttpServer::listen(io.get_executor(), std::move(settings), std::move(handler));
    if (server) return std::move(*server);
    log.write(LogLevel::warn, server.error(), {{"EFFECT", "systemctl reload does not work; use SIGHUP"}});
    return nullptr;
}

ExitCode reload_service() {
    const PackagedService& service = PackagedService::own();
    const std::string socket = socket_in(runtime_folder().value_or(service.runtime_folder()));
    const Result<HttpResponse> response = post_reload(socket);
    if (!response) {
        std::cerr << "carecloud-syncd: no response from the service at " << socket << ": "
                  << response.error().subject << "\n  start it: systemctl start " << service.unit()
                  << "; if it does not run under systemd, send SIGHUP\n";
        return ExitCode::unavailable;
    }
    if (response->status == 200) {
        std::cout << "new configuration accepted\n";
        return ExitCode::ok;
    }
    std::cerr << "carecloud-syncd: reload refused, the current settings stay in use\n"
              << response->text() << "\n";
    return response->status == kRefused ? ExitCode::configuration : ExitCode::unavailable;
}

}  // namespace carecloud
