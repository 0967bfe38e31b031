#include "net/server/http_server.hpp"

#include "net/server/core.hpp"

#include <cassert>
#include <exception>
#include <utility>

#include <boost/asio/co_spawn.hpp>

namespace carecloud {

namespace asio = boost::asio;

Result<std::unique_ptr<HttpServer>> HttpServer::listen(const asio::any_io_executor& executor,
                                                       HttpServerSettings settings, ServerHandler handler) {
    const ServerLimits& limits = settings.limits;
    if (!handler || limits.connections_max == 0 || limits.head_bytes_max == 0) {
        return Error{.code = ErrorCode::invalid_argument,
                     .operation = "listen on " + settings.address.to_string(),
                     .subject = "missing handler, or a limit of 0",
                     .hint = "a server requires a handler and limits above 0"};
    }
    auto listener = ServerListener::open(executor, settings.address, settings.backlog);
    if (!listener) return listener.error();
    auto core =
        std::make_shared<ServerCore>(executor, std::move(settings), std::move(handler), std::move(*listener));
    // A server that no longer accepts connections must not appear to be running: the exception ends io_context::run().
    asio::co_spawn(executor, ServerCore::accept_all(core), [core](const std::exception_ptr& thrown) {
        core->accepting_ended();
        if (thrown) std::rethrow_exception(thrown);
    });
    return std::unique_ptr<HttpServer>(new HttpServer(std::move(core)));
}

HttpServer::HttpServer(std::shared_ptr<ServerCore> core) : core_(std::move(core)) {}

// NOLINTNEXTLINE(bugprone-exception-escape): Asio releases timers and sockets here without exceptions
HttpServer::~HttpServer() {
    core_->begin_stop();
    core_->cut_all();
}

std::uint16_t HttpServer::port() const {
    return core_->listener().port();
}

const std::string& HttpServer::address() const {
    return core_->listener().address();
}

void HttpServer::set_tls(std::shared_ptr<asio::ssl::context> tls) {
    assert((tls != nullptr) == (core_->tls() != nullptr));
    if (tls && core_->tls()) core_->set_tls(std::move(tls));
}

Task<> HttpServer::stop() {
    // A copy, because the server may be destroyed while this waits.
    const std::shared_ptr<ServerCore> core = core_;
    core->begin_stop();
    co_await core->wait_ended();
}

HttpServerCounters HttpServer::counters() const {
    HttpServerCounters counters = core_->counters;
    counters.connections_open = core_->sessions.open();
    counters.body_bytes = core_->bodies.used();
    return counters;
}

}  // namespace carecloud
