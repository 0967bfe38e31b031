#include "net/client/connection.hpp"

#include "base/clock.hpp"
#include "base/co_try.hpp"
#include "base/error.hpp"
#include "base/loopback.hpp"
#include "net/client/exchange.hpp"
#include "net/client/tls_client.hpp"
#include "net/url.hpp"

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <string>
#include <sys/socket.h>
#include <vector>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace carecloud {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

using Endpoints = std::vector<tcp::endpoint>;

// Shared with the resolver's handler, which may run long after the waiting coroutine has ended.
struct Lookup {
    explicit Lookup(const asio::any_io_executor& executor) : resolver(executor), answered(executor) {}

    tcp::resolver resolver;
    asio::steady_timer answered;  // canceled when the result has arrived
    bool done = false;
    error_code failure;
    Endpoints endpoints;
};

Endpoints addresses_without_lookup(const std::string& host, std::uint16_t port) {
    error_code failure;
    const auto address = asio::ip::make_address(host, failure);
    if (!failure) return {tcp::endpoint(address, port)};
    if (!is_loopback_host(host)) return {};
    return {tcp::endpoint(asio::ip::address_v4::loopback(), port),
            tcp::endpoint(asio::ip::address_v6::loopback(), port)};
}

void start(const std::shared_ptr<Lookup>& lookup, const std::string& host, std::uint16_t port) {
    lookup->resolver.async_resolve(host, std::to_string(port), tcp::resolver::numeric_service,
                                   [lookup](error_code failure, const tcp::resolver::results_type& results) {
                                       lookup->done = true;
                                       lookup->failure = failure;
                                       for (const auto& entry : results)
                                           lookup->endpoints.push_back(entry.endpoint());
                                       lookup->answered.cancel();
                                   });
}

Error unresolved(ErrorCode code, const std::string& host, const std::string& why) {
    return {.code = code,
            .operation = "connect",
            .subject = host + ": " + why,
            .hint = "check the name and this machine's DNS"};
}

// The addresses of a host. An IP address and "localhost" (RFC 6761 6.3) need no lookup. At the deadline, or if canceled
// (throws operation_aborted), the lookup continues without a reader, because the system's resolver cannot be
// interrupted. Errors: unreachable, timed_out.
Task<Result<Endpoints>> resolve(std::string host, std::uint16_t port,
                                std::chrono::steady_clock::time_point deadline) {
    Endpoints known = addresses_without_lookup(host, port);
    if (!known.empty()) co_return known;
    const auto executor = co_await asio::this_coro::executor;
    const auto lookup = std::make_shared<Lookup>(executor);
    lookup->answered.expires_at(deadline);
    start(lookup, host, port);
    error_code woken;
    co_await lookup->answered.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    if (!lookup->done && woken) throw boost::system::system_error(woken);
    if (!lookup->done) co_return unresolved(ErrorCode::timed_out, host, "no response from DNS");
    if (lookup->failure) co_return unresolved(ErrorCode::unreachable, host, lookup->failure.message());
    if (lookup->endpoints.empty()) co_return unresolved(ErrorCode::unreachable, host, "no address found");
    co_return std::move(lookup->endpoints);
}

}  // namespace

HttpConnection::HttpConnection(const asio::any_io_executor& executor, const Route& route)
    : route_(route), peer_(route.origin.host_and_port()), socket_(executor), timer_(executor) {
    if (route.proxy) peer_ = "proxy " + route.proxy->host_and_port();
    if (!route.unix_path.empty()) peer_ = "unix:" + route.unix_path;
}

Task<Result<>> HttpConnection::open(SteadyTime deadline) {
    CO_TRY(route_.unix_path.empty() ? connect_tcp(deadline) : connect_unix(deadline));
    expire_at(deadline);
    if (route_.proxy) {
        CO_TRY(open_tunnel(*this, route_.origin, *route_.proxy));
        peer_ = route_.origin.host_and_port();
    }
    if (route_.origin.tls) {
        CO_TRY(handshake());
    }
    bytes_read_ = 0;
    co_return Result<>{};
}

Task<Result<>> HttpConnection::connect_tcp(SteadyTime deadline) {
    std::string host = route_.proxy ? route_.proxy->host : route_.origin.host;
    const std::uint16_t port = route_.proxy ? route_.proxy->port : route_.origin.port;
    CO_TRY_ASSIGN(const std::vector<tcp::endpoint> found, resolve(std::move(host), port, deadline));
    error_code failure;
    std::size_t left = found.size();
    for (const tcp::endpoint& endpoint : found) {
        // If an address does not respond at all, the next ones still have their share of the time.
        const auto now = std::chrono::steady_clock::now();
        expired_ = false;
        expire_at(now + (deadline - now) / static_cast<int>(left--));
        failure = {};
        socket_.close(failure);
        socket_.open(endpoint.protocol(), failure);
        if (failure) continue;
        co_await socket_.async_connect(endpoint, asio::redirect_error(asio::use_awaitable, failure));
        if (!failure && !expired_) break;
        if (failure == asio::error::operation_aborted && !expired_) break;
    }
    if (failure || expired_) co_return failed(failure, "connect");
    socket_.set_option(tcp::no_delay(true), failure);
    socket_.set_option(asio::socket_base::keep_alive(true), failure);
    co_return Result<>{};
}

Task<Result<>> HttpConnection::connect_unix(SteadyTime deadline) {
    error_code failure;
    expire_at(deadline);
    const asio::local::stream_protocol::endpoint endpoint(route_.unix_path);
    co_await socket_.async_connect(endpoint, asio::redirect_error(asio::use_awaitable, failure));
    if (failure || expired_) co_return failed(failure, "connect");
    co_return Result<>{};
}

Task<Result<>> HttpConnection::handshake() {
    tls_.emplace(socket_, *route_.tls);
    error_code failure = require_host(tls_->native_handle(), route_.origin.host);
    if (failure) co_return problem(ErrorCode::tls_failed, failure.message());
    co_await tls_->async_handshake(asio::ssl::stream_base::client,
                                   asio::redirect_error(asio::use_awaitable, failure));
    if (!failure && !expired_) co_return Result<>{};
    if (expired_ || failure == asio::error::operation_aborted) co_return failed(failure, "the TLS handshake");
    co_return tls_failure(tls_->native_handle(), failure, peer_);
}

void HttpConnection::expire_at(SteadyTime deadline) {
    timer_.expires_at(deadline);
    timer_.async_wait([weak = weak_from_this()](error_code failure) {
        const auto self = weak.lock();
        // A new deadline may have been set while this handler was already queued.
        if (failure || !self || self->timer_.expiry() > std::chrono::steady_clock::now()) return;
        self->expired_ = true;
        error_code ignored;
        self->socket_.close(ignored);
    });
}

void HttpConnection::never_expire() {
    timer_.expires_at(SteadyTime::max());
}

Task<IoResult> HttpConnection::read_some(std::span<char> room) {
    IoResult io;
    const asio::mutable_buffer buffer(room.data(), room.size());
    if (tls_) {
        io.bytes =
            co_await tls_->async_read_some(buffer, asio::redirect_error(asio::use_awaitable, io.failure));
    } else {
        io.bytes =
            co_await socket_.async_read_some(buffer, asio::redirect_error(asio::use_awaitable, io.failure));
    }
    bytes_read_ += io.bytes;
    co_return io;
}

Task<IoResult> HttpConnection::write_all(std::string_view bytes) {
    IoResult io;
    bytes_read_ = 0;
    const asio::const_buffer buffer(bytes.data(), bytes.size());
    if (tls_) {
        io.bytes =
            co_await asio::async_write(*tls_, buffer, asio::redirect_error(asio::use_awaitable, io.failure));
    } else {
        io.bytes = co_await asio::async_write(socket_, buffer,
                                              asio::redirect_error(asio::use_awaitable, io.failure));
    }
    co_return io;
}

Error HttpConnection::failed(const error_code& failure, std::string_view what) const {
    if (expired_) return problem(ErrorCode::timed_out, std::string(what) + " took too long");
    if (failure == asio::error::operation_aborted) return problem(ErrorCode::canceled, what);
    return problem(ErrorCode::unreachable, std::string(what) + ": " + failure.message());
}

Error HttpConnection::problem(ErrorCode code, std::string_view what, std::string hint) const {
    return {.code = code,
            .operation = "connect",
            .subject = peer_ + ": " + std::string(what),
            .hint = std::move(hint)};
}

bool HttpConnection::looks_alive() {
    char byte = 0;
    const ssize_t count = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
}

}  // namespace carecloud
