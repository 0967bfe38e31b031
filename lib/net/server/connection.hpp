// One accepted connection, plain or with TLS: bytes under a deadline. What HTTP says over it is
// session.hpp's.
//
// Used on the I/O thread, by one coroutine at a time; end_reading() and close() may be called beside it.
#pragma once

#include "base/clock.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/system/error_code.hpp>

namespace carecloud {

class ServerConnection : public std::enable_shared_from_this<ServerConnection> {
  public:
    using Socket = boost::asio::generic::stream_protocol::socket;
    // What a passed deadline does: what is being read ends as if the client had no more to say (so that it can
    // still get the reason), or the socket is closed.
    enum class Expiry { end_reading, close };

    explicit ServerConnection(Socket socket);
    ServerConnection(const ServerConnection&) = delete;
    ServerConnection& operator=(const ServerConnection&) = delete;

    // "203.0.113.7:51234"; empty for a Unix socket.
    const std::string& peer() const { return peer_; }

    Socket::executor_type executor() { return socket_.get_executor(); }

    void expire_after(std::chrono::milliseconds span, Expiry what);
    void never_expire();
    // Since the last expire_after.
    bool expired() const { return expired_; }
    // By the owner, rather than by the client or a deadline.
    bool reading_ended() const { return reading_ended_; }

    // The first byte that came, which stays unread; nullopt where the client is gone or the deadline has passed.
    Task<std::optional<unsigned char>> peek();
    Task<boost::system::error_code> handshake(std::shared_ptr<boost::asio::ssl::context> tls);

    // Reads at least one byte and at most `bytes` into unread(). eof is a client that has said its last,
    // with or without TLS's farewell: where a request ends is known from its head.
    Task<boost::system::error_code> fill(std::size_t bytes);
    boost::beast::flat_buffer& unread() { return unread_; }
    // Gives back what a large request needed.
    void trim();

    Task<boost::system::error_code> write(std::string_view head, std::string_view body);

    // Says TLS's farewell, ends the sending side, reads what the client still sends to its end where it
    // `linger`s, and closes. Closing with bytes unread would make the kernel send a reset, which destroys the
    // answer at the client (RFC 9112 9.6).
    Task<> farewell(bool linger);
    // Whether there are bytes that nobody has read.
    bool has_unread();

    // The client is heard no more: whoever reads sees eof.
    void end_reading();
    void close();

  private:
    void arm();
    void shut_reading();
    void on_timer();

    Socket socket_;
    std::shared_ptr<boost::asio::ssl::context> context_;  // outlives tls_
    std::optional<boost::asio::ssl::stream<Socket&>> tls_;
    bool secured_ = false;
    std::string peer_;
    boost::beast::flat_buffer unread_;
    boost::asio::steady_timer timer_;
    std::chrono::steady_clock::time_point deadline_;
    std::chrono::steady_clock::time_point armed_;  // when the timer looks at the deadline
    Expiry on_expiry_ = Expiry::close;
    bool expired_ = false;
    bool reading_ended_ = false;
};

}  // namespace carecloud
