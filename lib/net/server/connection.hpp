// One accepted connection, plain or with TLS: reads and writes bytes under a deadline. session.hpp implements HTTP on
// top of it.
//
// I/O thread, by one coroutine at a time; end_reading() and close() may be called concurrently with it.
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
    // The effect of a deadline: reading ends as if the client had nothing more to send (so it can still receive the
    // reason), or the socket is closed.
    enum class Expiry { end_reading, close };

    explicit ServerConnection(Socket socket);
    ServerConnection(const ServerConnection&) = delete;
    ServerConnection& operator=(const ServerConnection&) = delete;

    // "203.0.113.7:51234"; empty for a Unix socket.
    const std::string& peer() const { return peer_; }

    Socket::executor_type executor() { return socket_.get_executor(); }

    void expire_after(std::chrono::milliseconds span, Expiry what);
    void never_expire();
    // Whether the deadline of the last expire_after() has passed.
    bool expired() const { return expired_; }
    // Whether end_reading() was called, as opposed to an end by the client or a deadline.
    bool reading_ended() const { return reading_ended_; }

    // The first byte received, which remains unread; std::nullopt if the client has disconnected or the deadline has
    // passed.
    Task<std::optional<unsigned char>> peek();
    Task<boost::system::error_code> handshake(std::shared_ptr<boost::asio::ssl::context> tls);

    // Reads at least one byte and at most `bytes` into unread(). Returns eof if the client has ended its side, with or
    // without TLS close_notify: the end of a request is known from its head.
    Task<boost::system::error_code> fill(std::size_t bytes);
    boost::beast::flat_buffer& unread() { return unread_; }
    // Releases memory that a large request needed.
    void trim();

    Task<boost::system::error_code> write(std::string_view head, std::string_view body);

    // Sends TLS close_notify and ends the sending side; if `linger`, also reads what the client still sends; then
    // closes. If a socket is closed with unread bytes, the kernel sends a reset, which destroys the response at the
    // client (RFC 9112 9.6).
    Task<> close_gracefully(bool linger);
    // Whether there are unread bytes.
    bool has_unread();

    // Stops reading: readers receive eof.
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
    std::chrono::steady_clock::time_point armed_;  // when the timer checks the deadline
    Expiry on_expiry_ = Expiry::close;
    bool expired_ = false;
    bool reading_ended_ = false;
};

}  // namespace carecloud
