// One connection to an origin, direct or through a proxy's tunnel, plain or with TLS. It is opened once, and used under
// a deadline. exchange.hpp implements HTTP on top of it.
//
// Used by HttpClient, on the I/O thread, by one coroutine at a time.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "net/client/proxy.hpp"
#include "net/url.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>

namespace carecloud {

using SteadyTime = std::chrono::steady_clock::time_point;

struct Route {
    Origin origin;
    std::optional<Proxy> proxy;
    std::shared_ptr<boost::asio::ssl::context> tls;  // not null if origin.tls
    std::string unix_path{};  // a socket to connect to instead of the origin's host and port; may be empty
};

struct IoResult {
    boost::system::error_code failure;
    std::size_t bytes = 0;
};

// Not named `Connection`: the store has a class of that name, and in one program the two would share symbols such as
// the destructor (one definition rule).
class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
  public:
    // `route` must outlive the connection.
    HttpConnection(const boost::asio::any_io_executor& executor, const Route& route);
    HttpConnection(const HttpConnection&) = delete;
    HttpConnection& operator=(const HttpConnection&) = delete;

    // Name resolution, TCP, the proxy's tunnel and the TLS handshake, all before `deadline`. Errors: unreachable,
    // tls_failed, timed_out, bad_response (by the proxy), canceled.
    Task<Result<>> open(SteadyTime deadline);

    // After `deadline` the socket is closed, which ends any pending operation; failed() then returns timed_out.
    void expire_at(SteadyTime deadline);
    void never_expire();

    Task<IoResult> read_some(std::span<char> room);
    Task<IoResult> write_all(std::string_view bytes);

    // The error of an operation that failed while doing `what`: timed_out, canceled, or unreachable.
    Error failed(const boost::system::error_code& failure, std::string_view what) const;
    // An error about this connection's peer.
    Error problem(ErrorCode code, std::string_view what, std::string hint = {}) const;

    // False if, while the connection was idle, the peer closed it or sent data without a request.
    bool looks_alive();

    // Bytes that were read but not parsed yet. A connection with bytes left after a response is not reused.
    boost::beast::flat_buffer& unread() { return unread_; }

    std::size_t bytes_read() const { return bytes_read_; }
    SteadyTime last_used() const { return last_used_; }
    void mark_used() { last_used_ = std::chrono::steady_clock::now(); }

  private:
    Task<Result<>> connect_tcp(SteadyTime deadline);
    Task<Result<>> connect_unix(SteadyTime deadline);
    Task<Result<>> handshake();

    const Route& route_;
    std::string peer_;  // "portal.example.org:443", or the proxy until its tunnel is open
    boost::asio::generic::stream_protocol::socket socket_;
    std::optional<boost::asio::ssl::stream<boost::asio::generic::stream_protocol::socket&>> tls_;
    boost::asio::steady_timer timer_;
    bool expired_ = false;
    boost::beast::flat_buffer unread_;
    std::size_t bytes_read_ = 0;
    SteadyTime last_used_{};
};

}  // namespace carecloud
