#include "net/server/connection.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <sys/socket.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace carecloud {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using SteadyClock = std::chrono::steady_clock;

namespace {

constexpr std::size_t kKeptBytes = 8 * 1024;
constexpr std::size_t kLingerRead = 16 * 1024;
// A client that sends more than this after its request was refused will not read the reason.
constexpr std::size_t kLingerBytesMax = 8 * 1024 * 1024;

std::string name_of(const ServerConnection::Socket& socket) {
    error_code failure;
    const auto remote = socket.remote_endpoint(failure);
    const int family = failure ? AF_UNSPEC : remote.data()->sa_family;
    if (family != AF_INET && family != AF_INET6) return {};
    tcp::endpoint endpoint;
    std::memcpy(endpoint.data(), remote.data(), remote.size());
    endpoint.resize(remote.size());
    asio::ip::address address = endpoint.address();
    // An IPv4 client of a dual-stack socket.
    const bool mapped = address.is_v6() && address.to_v6().is_v4_mapped();
    if (mapped) address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
    const std::string host = address.is_v6() ? "[" + address.to_string() + "]" : address.to_string();
    return host + ":" + std::to_string(endpoint.port());
}

// Whether recv(2) had no data yet, as opposed to a client that has disconnected.
bool is_to_wait(int failure) {
    return failure == EAGAIN || failure == EWOULDBLOCK || failure == EINTR;
}

}  // namespace

ServerConnection::ServerConnection(Socket socket)
    : socket_(std::move(socket)),
      peer_(name_of(socket_)),
      timer_(socket_.get_executor()),
      deadline_(SteadyClock::time_point::max()),
      armed_(SteadyClock::time_point::max()) {
    error_code unix_socket;
    socket_.set_option(tcp::no_delay(true), unix_socket);
}

// The timer is reset only if the new deadline precedes the timer's expiry: most deadlines are moved long before they
// expire, and moving one then costs nothing.
void ServerConnection::expire_after(std::chrono::milliseconds span, Expiry what) {
    deadline_ = SteadyClock::now() + span;
    expired_ = false;
    on_expiry_ = what;
    if (deadline_ < armed_) arm();
}

void ServerConnection::never_expire() {
    deadline_ = SteadyClock::time_point::max();
    expired_ = false;
}

void ServerConnection::arm() {
    armed_ = deadline_;
    timer_.expires_at(armed_);
    timer_.async_wait([weak = weak_from_this()](error_code failure) {
        const auto self = weak.lock();
        if (!failure && self) self->on_timer();
    });
}

void ServerConnection::on_timer() {
    armed_ = SteadyClock::time_point::max();
    if (deadline_ == SteadyClock::time_point::max()) return;
    if (SteadyClock::now() < deadline_) return arm();
    deadline_ = SteadyClock::time_point::max();
    expired_ = true;
    if (on_expiry_ == Expiry::close) return close();
    shut_reading();
}

// Not socket::cancel(): composed operations (TLS, async_write) continue if it occurs between two of their steps. This
// ends reading permanently (shutdown(2)), and readers get eof.
void ServerConnection::shut_reading() {
    error_code ignored;
    socket_.shutdown(asio::socket_base::shutdown_receive, ignored);
}

void ServerConnection::end_reading() {
    reading_ended_ = true;
    shut_reading();
}

void ServerConnection::close() {
    error_code ignored;
    socket_.close(ignored);
    timer_.cancel();
    armed_ = SteadyClock::time_point::max();
    deadline_ = SteadyClock::time_point::max();
}

// Readiness is only a hint: an event of another connection, closed in the same turn of the reactor, can end the wait of
// a new one with the same descriptor, which has no data yet.
Task<std::optional<unsigned char>> ServerConnection::peek() {
    for (;;) {
        error_code failure;
        co_await socket_.async_wait(asio::socket_base::wait_read,
                                    asio::redirect_error(asio::use_awaitable, failure));
        if (failure || expired_) co_return std::nullopt;
        unsigned char byte = 0;
        const ssize_t count = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
        if (count == 1) co_return byte;
        if (count == 0 || !is_to_wait(errno)) co_return std::nullopt;
    }
}

Task<error_code> ServerConnection::handshake(std::shared_ptr<asio::ssl::context> tls) {
    context_ = std::move(tls);
    tls_.emplace(socket_, *context_);
    error_code failure;
    co_await tls_->async_handshake(asio::ssl::stream_base::server,
                                   asio::redirect_error(asio::use_awaitable, failure));
    secured_ = !failure;
    co_return failure;
}

Task<error_code> ServerConnection::fill(std::size_t bytes) {
    error_code failure;
    if (expired_) co_return asio::error::eof;
    const asio::mutable_buffer buffer = unread_.prepare(bytes);
    std::size_t count = 0;
    if (tls_) {
        count = co_await tls_->async_read_some(buffer, asio::redirect_error(asio::use_awaitable, failure));
    } else {
        count = co_await socket_.async_read_some(buffer, asio::redirect_error(asio::use_awaitable, failure));
    }
    unread_.commit(count);
    if (failure == asio::ssl::error::stream_truncated) failure = asio::error::eof;
    if (!failure && expired_) failure = asio::error::eof;
    co_return failure;
}

void ServerConnection::trim() {
    if (unread_.size() == 0 && unread_.capacity() > kKeptBytes) unread_.shrink_to_fit();
}

Task<error_code> ServerConnection::write(std::string_view head, std::string_view body) {
    error_code failure;
    const std::array<asio::const_buffer, 2> buffers{asio::const_buffer(head.data(), head.size()),
                                                    asio::const_buffer(body.data(), body.size())};
    if (tls_) {
        co_await asio::async_write(*tls_, buffers, asio::redirect_error(asio::use_awaitable, failure));
    } else {
        co_await asio::async_write(socket_, buffers, asio::redirect_error(asio::use_awaitable, failure));
    }
    co_return failure;
}

Task<> ServerConnection::close_gracefully(bool linger) {
    error_code failure;
    if (secured_) {
        // Asio's shutdown also waits for the client's close_notify, which may never arrive; if it is marked as
        // received, OpenSSL only sends ours (SSL_shutdown(3)).
        SSL* const tls = tls_->native_handle();
        SSL_set_shutdown(tls, SSL_get_shutdown(tls) | SSL_RECEIVED_SHUTDOWN);
        co_await tls_->async_shutdown(asio::redirect_error(asio::use_awaitable, failure));
    }
    error_code gone;
    socket_.shutdown(asio::socket_base::shutdown_send, gone);
    unread_.clear();
    for (std::size_t total = 0; linger && !gone && total < kLingerBytesMax;) {
        const asio::mutable_buffer buffer = unread_.prepare(kLingerRead);
        total += co_await socket_.async_read_some(buffer, asio::redirect_error(asio::use_awaitable, gone));
    }
    close();
}

bool ServerConnection::has_unread() {
    error_code failure;
    return unread_.size() > 0 || (socket_.available(failure) > 0 && !failure);
}

}  // namespace carecloud
