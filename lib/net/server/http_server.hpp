// An HTTP/1.1 server, plain or with TLS, that stays up whatever its clients do.
//
//     auto tls = make_server_tls("/etc/…/fullchain.pem", "/etc/…/privkey.pem");
//     HttpServerSettings settings{.address = {.host = "0.0.0.0", .port = 8443}, .tls = *tls};
//     auto server = HttpServer::listen(executor, settings,
//         [&](const ServerRequest& request) { return receiver.answer(request); });
//     …
//     co_await (*server)->stop();
//
// One request of a connection at a time, pipelined ones in their order. Malformed requests are refused with a
// plain text (400 413 417 431 501 505; 503 for one that comes too slowly, which the sender may try again), and
// the connection ends after it. A handler that throws gives 500 and a word to on_error. A client that goes away
// while its request is handled is noticed when the answer is written: the handler goes on to its end. It is
// canceled (terminal) only when the server cuts the connection: at the end of the stop's grace, or when this
// object is destroyed. So is what an answer gets the rest of its body from (BodySource).
//
// I/O thread only. What the handler uses must outlive the end of stop(), or the io_context's last run where
// stop() is not awaited. The server must be destroyed before its io_context.
//
// An exception outside of a handler (no memory for a new connection, an on_error that throws) comes out of the
// io_context's run(): a server that has stopped to accept must not look alive.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "net/server/message.hpp"
#include "net/server/settings.hpp"

#include <cstdint>
#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ssl/context.hpp>

namespace carecloud {

class ServerCore;

class HttpServer {
  public:
    // Listens when it returns, and serves whenever the executor's context runs. Errors: see
    // ServerListener::open; and invalid_argument for limits of nothing or a handler that is none.
    static Result<std::unique_ptr<HttpServer>> listen(const boost::asio::any_io_executor& executor,
                                                      HttpServerSettings settings, ServerHandler handler);
    // Cuts every connection that stop() has not ended.
    ~HttpServer();  // NOLINT(bugprone-exception-escape): as there
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    // The port that the kernel gave; 0 for a Unix socket.
    std::uint16_t port() const;
    // For logs: "127.0.0.1:8461", "unix:/run/…".
    const std::string& address() const;

    // For connections from now on; those that are open go on as they are. Not null: a server neither gains
    // nor loses TLS.
    void set_tls(std::shared_ptr<boost::asio::ssl::context> tls);

    // Accepts nobody any more, ends connections without a request, lets the others finish theirs for the time
    // of grace (with "Connection: close"), cuts what is left, and returns when all have ended: a handler that
    // does not end when it is canceled holds it up. May be called again, and by several.
    Task<> stop();

    HttpServerCounters counters() const;

  private:
    explicit HttpServer(std::shared_ptr<ServerCore> core);

    std::shared_ptr<ServerCore> core_;
};

}  // namespace carecloud
