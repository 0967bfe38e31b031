// An HTTP/1.1 server, plain or with TLS, that is robust against any client.
//
//     auto tls = make_server_tls("/etc/…/fullchain.pem", "/etc/…/privkey.pem");
//     HttpServerSettings settings{.address = {.host = "0.0.0.0", .port = 8443}, .tls = *tls};
//     auto server = HttpServer::listen(executor, settings,
//         [&](const ServerRequest& request) { return receiver.answer(request); });
//     …
//     co_await (*server)->stop();
//
// Each connection processes one request at a time, pipelined ones in order. Invalid requests are refused with a plain
// text (400 413 417 431 501 505; 503 for a slow one, which the sender may retry), and then the connection ends. A
// handler that throws results in a 500 and a call of on_error. If a client disconnects while its request is handled,
// this is noticed when the response is written: the handler runs to completion. It is canceled (terminal) only if the
// server closes the connection: at the end of the grace period of a stop, or when this object is destroyed. The same
// applies to the source of the rest of a response's body (BodySource).
//
// I/O thread only. Objects used by the handler must outlive the end of stop(), or the last run of the io_context if
// stop() is not awaited. The server must be destroyed before its io_context.
//
// An exception outside of a handler (no memory for a new connection, an on_error that throws) is thrown by the
// io_context's run(): a server that no longer accepts connections must not appear to be running.
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
    // The free capacity of each body. One of at most 64 KiB never exceeds it, because a string's capacity may be twice
    // its size. Beyond it, all bodies share bodies_bytes_max (see reader.hpp); over: 503.
    std::size_t body_bytes_free = 128 * 1024;
    std::size_t bodies_bytes_max = 16 * 1024 * 1024;
};

// Each applies to its whole phase, however slowly the bytes arrive.
struct ServerTimeouts {
    std::chrono::milliseconds handshake{10'000};  // TLS handshake
    std::chrono::milliseconds head{10'000};       // from a request's first byte; over: 503
    std::chrono::milliseconds body{30'000};       // from the head's end; over: 503
    std::chrono::milliseconds write{60'000};      // one response
    std::chrono::milliseconds idle{60'000};       // until a request's first byte
    std::chrono::milliseconds fresh{500};         // during a stop, for the first request of a connection
    std::chrono::milliseconds linger{2'000};  // for a refused client to finish sending and to read the reason
    std::chrono::milliseconds grace{3'000};   // for requests in progress when the server stops
    std::chrono::milliseconds accept_pause{1'000};  // after accept(2) failed, mostly for lack of descriptors
};

// Refuses a request by its head, before its body is read; std::nullopt to continue. The rules of ServerHandler apply,
// but it is synchronous. Not called if the body arrived with the head: then the handler decides, and the connection can
// be reused.
using HeadRule = std::function<std::optional<ServerResponse>(const ServerRequest& head)>;

struct HttpServerSettings {
    ServerAddress address{};
    std::shared_ptr<boost::asio::ssl::context> tls{};  // null: plain HTTP; see tls_server.hpp
    ServerLimits limits{};
    ServerTimeouts timeouts{};
    HeadRule refuse_head{};  // may be empty
    int backlog = 1024;      // limited by the kernel to net.core.somaxconn
    // Called for errors that are not the clients' fault: a handler that threw, connections that cannot be accepted (at
    // most once a minute). I/O thread; must not throw. May be empty.
    std::function<void(const Error&)> on_error{};
};

struct HttpServerCounters {
    std::size_t connections_open = 0;  // now
    std::size_t body_bytes = 0;        // now, beyond the free part
    std::uint64_t connections_accepted = 0;
    std::uint64_t connections_evicted = 0;  // the longest idle ones, closed for new ones
    std::uint64_t requests = 0;             // passed to the handler
    std::uint64_t requests_refused = 0;     // answered 4xx or 5xx without a call of the handler
    std::uint64_t handshakes_failed = 0;
    std::uint64_t accepts_failed = 0;
};

class ServerCore;

class HttpServer {
  public:
    // Listens when this returns, and serves while the executor's context runs. Errors: see ServerListener::open; also
    // invalid_argument for limits of zero or an empty handler.
    static Result<std::unique_ptr<HttpServer>> listen(const boost::asio::any_io_executor& executor,
                                                      HttpServerSettings settings, ServerHandler handler);
    // Closes every connection that stop() has not ended.
    ~HttpServer();  // NOLINT(bugprone-exception-escape): see http_server.cpp
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    // The port, also if the kernel chose it; 0 for a Unix socket.
    std::uint16_t port() const;
    // For logs: "127.0.0.1:8461", "unix:/run/…".
    const std::string& address() const;

    // Sets the context of new connections; open ones are unaffected. Must not be null, and the server must already use
    // TLS.
    void set_tls(std::shared_ptr<boost::asio::ssl::context> tls);

    // Stops accepting, ends connections without a request, and lets the others finish theirs within the grace period
    // (with "Connection: close"). Then closes the rest, and returns when all have ended: a handler that does not end
    // when it is canceled delays the return. May be called again, and by several callers.
    Task<> stop();

    HttpServerCounters counters() const;

  private:
    explicit HttpServer(std::shared_ptr<ServerCore> core);

    std::shared_ptr<ServerCore> core_;
};

}  // namespace carecloud
