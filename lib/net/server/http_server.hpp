// An HTTP/1.1 server, plain or with TLS, that is robust against any client.
//
//     auto tls = make_server_tls("/etc/…/fullchain.pem", "/etc/…/privkey.pem");
//     HttpServerSettings settings{.address = {.host = "0.0.0.0", .port = 8443}, .tls = *tls};
//     auto server = HttpServer::listen(executor, settings,
//         [&](const ServerRequest& request) { return receiver.answer(request); });
//     …
//     co_await (*server)->stop();
//
// One request per connection at a time, pipelined ones in order. Malformed requests are refused with a plain text (400
// 413 417 431 501 505; 503 for a slow one, which the sender may retry), and the connection ends after it. A handler
// that throws gives 500 and a call of on_error. A client that disconnects while its request is handled is noticed when
// the response is written: the handler runs to its end. It is canceled (terminal) only when the server closes the
// connection: at the end of the grace period of a stop, or when this object is destroyed. The same applies to the
// source of the rest of a response's body (BodySource).
//
// I/O thread only. Objects used by the handler must outlive the end of stop(), or the last run of the io_context if
// stop() is not awaited. The server must be destroyed before its io_context.
//
// An exception outside of a handler (no memory for a new connection, an on_error that throws) is thrown by the
// io_context's run(): a server that no longer accepts must not look alive.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "net/server/listener.hpp"
#include "net/server/message.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ssl/context.hpp>

namespace carecloud {

struct ServerLimits {
    std::size_t head_bytes_max = 16 * 1024;        // request line and headers; over: 431
    std::size_t body_bytes_max = 2 * 1024 * 1024;  // decoded; over: 413
    std::size_t connections_max = 256;             // over: the one idle longest is closed
    // Beyond so much of each, which is 64 KiB of it at least, all bodies share memory (see reader.hpp); over: 503.
    std::size_t body_bytes_free = 128 * 1024;
    std::size_t bodies_bytes_max = 16 * 1024 * 1024;
};

// Each applies to the whole of its part, however slowly the bytes arrive.
struct ServerTimeouts {
    std::chrono::milliseconds handshake{10'000};  // of TLS
    std::chrono::milliseconds head{10'000};       // from a request's first byte; over: 503
    std::chrono::milliseconds body{30'000};       // from the head's end; over: 503
    std::chrono::milliseconds write{60'000};      // one response
    std::chrono::milliseconds idle{60'000};       // until a request's first byte
    std::chrono::milliseconds fresh{500};     // when the server stops, for the first request of a connection
    std::chrono::milliseconds linger{2'000};  // for a refused client to finish sending and read the reason
    std::chrono::milliseconds grace{3'000};   // for requests in progress when the server stops
    std::chrono::milliseconds accept_pause{1'000};  // after accept(2) failed, mostly for lack of descriptors
};

// Refuses a request by its head alone, before its body is read; none: continue reading. As a ServerHandler, but
// synchronous. Not called if the body arrived with the head: then the handler decides, and the connection continues.
using HeadRule = std::function<std::optional<ServerResponse>(const ServerRequest& head)>;

struct HttpServerSettings {
    ServerAddress address{};
    std::shared_ptr<boost::asio::ssl::context> tls{};  // null: plain HTTP; see tls_server.hpp
    ServerLimits limits{};
    ServerTimeouts timeouts{};
    HeadRule refuse_head{};  // may be empty
    int backlog = 1024;      // the kernel limits it to net.core.somaxconn
    // Called for errors that are not the clients' fault: a handler that threw, connections that cannot be accepted (at
    // most once a minute). I/O thread; must not throw. May be empty.
    std::function<void(const Error&)> on_error{};
};

struct HttpServerCounters {
    std::size_t connections_open = 0;  // now
    std::size_t body_bytes = 0;        // now, beyond the free part
    std::uint64_t connections_accepted = 0;
    std::uint64_t connections_evicted = 0;  // closed as oldest idle, for a new one
    std::uint64_t requests = 0;             // passed to the handler
    std::uint64_t requests_refused = 0;     // answered 4xx or 5xx by the server itself
    std::uint64_t handshakes_failed = 0;
    std::uint64_t accepts_failed = 0;
};

class ServerCore;

class HttpServer {
  public:
    // Listens when it returns, and serves whenever the executor's context runs. Errors: see ServerListener::open; and
    // invalid_argument for zero limits or an empty handler.
    static Result<std::unique_ptr<HttpServer>> listen(const boost::asio::any_io_executor& executor,
                                                      HttpServerSettings settings, ServerHandler handler);
    // Closes every connection that stop() has not ended.
    ~HttpServer();  // NOLINT(bugprone-exception-escape): as there
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    // The port that the kernel gave; 0 for a Unix socket.
    std::uint16_t port() const;
    // For logs: "127.0.0.1:8461", "unix:/run/…".
    const std::string& address() const;

    // For connections from now on; open ones are unaffected. Not null: a server neither gains nor loses TLS.
    void set_tls(std::shared_ptr<boost::asio::ssl::context> tls);

    // Stops accepting, ends connections without a request, lets the others finish theirs within the grace period (with
    // "Connection: close"), closes the rest, and returns when all have ended: a handler that does not end when it is
    // canceled delays it. May be called again, and by several callers.
    Task<> stop();

    HttpServerCounters counters() const;

  private:
    explicit HttpServer(std::shared_ptr<ServerCore> core);

    std::shared_ptr<ServerCore> core_;
};

}  // namespace carecloud
