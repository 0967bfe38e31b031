// What an HttpServer is told: where it listens, what it allows, how long it waits. See http_server.hpp.
#pragma once

#include "base/error.hpp"
#include "net/server/listener.hpp"
#include "net/server/message.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include <boost/asio/ssl/context.hpp>

namespace carecloud {

struct ServerLimits {
    std::size_t head_bytes_max = 16 * 1024;        // request line and headers; over: 431
    std::size_t body_bytes_max = 2 * 1024 * 1024;  // decoded; over: 413
    std::size_t connections_max = 256;             // over: the one idle longest is closed
    // Beyond so much of each, which is 64 KiB of it at least, all bodies share memory (see body_budget.hpp); over: 503.
    std::size_t body_bytes_free = 128 * 1024;
    std::size_t bodies_bytes_max = 16 * 1024 * 1024;
};

// Each is for the whole of its part, however the bytes trickle in.
struct ServerTimeouts {
    std::chrono::milliseconds handshake{10'000};  // of TLS
    std::chrono::milliseconds head{10'000};       // from a request's first byte; over: 503
    std::chrono::milliseconds body{30'000};       // from the head's end; over: 503
    std::chrono::milliseconds write{60'000};      // one answer
    std::chrono::milliseconds idle{60'000};       // until a request's first byte
    std::chrono::milliseconds fresh{500};     // when the server stops, for the first request of a connection
    std::chrono::milliseconds linger{2'000};  // for a refused client to finish talking and read why
    std::chrono::milliseconds grace{3'000};   // for requests under way when the server stops
    std::chrono::milliseconds accept_pause{1'000};  // after accept(2) failed, for want of descriptors mostly
};

// What a request's head alone is refused for, before its body is read; none: read on. As a ServerHandler, but at once.
// Not asked where the body came with the head: then the handler decides, and the connection goes on.
using HeadRule = std::function<std::optional<ServerResponse>(const ServerRequest& head)>;

struct HttpServerSettings {
    ServerAddress address{};
    std::shared_ptr<boost::asio::ssl::context> tls{};  // null: plain HTTP; see tls_server.hpp
    ServerLimits limits{};
    ServerTimeouts timeouts{};
    HeadRule refuse_head{};  // may be empty
    int backlog = 1024;      // the kernel cuts it to net.core.somaxconn
    // Told what is not the clients' fault: a handler that threw, connections that cannot be accepted (at most once
    // a minute). I/O thread; must not throw. May be empty.
    std::function<void(const Error&)> on_error{};
};

struct HttpServerCounters {
    std::size_t connections_open = 0;  // now
    std::size_t body_bytes = 0;        // now, beyond what is free
    std::uint64_t connections_accepted = 0;
    std::uint64_t connections_evicted = 0;  // closed as oldest idle, for a new one
    std::uint64_t requests = 0;             // handed to the handler
    std::uint64_t requests_refused = 0;     // answered 4xx or 5xx by the server itself
    std::uint64_t handshakes_failed = 0;
    std::uint64_t accepts_failed = 0;
};

}  // namespace carecloud
