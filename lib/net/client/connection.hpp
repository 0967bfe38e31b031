// One connection to an origin, straight or through a proxy's tunnel, plain or with TLS: opened once, read and
// written under a deadline. What HTTP says over it is exchange.hpp's.
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
    std::shared_ptr<boost::asio::ssl::context> tls;  // never null where origin.tls
    std::string unix_path{};  // of the socket that leads to the origin; empty: its host and port do
};

struct IoResult {
    boost::system::error_code failure;
    std::size_t bytes = 0;
};

// Not `Connection`: the store's class of that name would share its symbols in one program, its destructor among
// them (one definition rule).
class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
  public:
    // `route` must outlive the connection.
    HttpConnection(const boost::asio::any_io_executor& executor, const Route& route);
    HttpConnection(const HttpConnection&) = delete;
    HttpConnection& operator=(const HttpConnection&) = delete;

    // Name resolution, TCP, the proxy's tunnel and the TLS handshake, all by `deadline`.
    // Errors: unreachable tls_failed timed_out canceled.
    Task<Result<>> open(SteadyTime deadline);

    // After `deadline` the socket is closed, which ends whatever is being waited for; failed() then says
    // timed_out.
    void expire_at(SteadyTime deadline);
    void never_expire();

    Task<IoResult> read_some(std::span<char> room);
    Task<IoResult> write_all(std::string_view bytes);

    // What became of an operation that failed while doing `what`: timed_out, canceled, or unreachable.
    Error failed(const boost::system::error_code& failure, std::string_view what) const;
    // An Error about this connection's peer.
    Error problem(ErrorCode code, std::string_view what, std::string hint = {}) const;

    // False where the peer closed, or spoke unasked, while the connection was idle.
    bool looks_alive();

    // Bytes that were read and not yet understood: what one answer leaves is part of nothing.
    boost::beast::flat_buffer& unread() { return unread_; }

    std::size_t bytes_read() const { return bytes_read_; }
    SteadyTime last_used() const { return last_used_; }
    void mark_used() { last_used_ = std::chrono::steady_clock::now(); }

  private:
    Task<Result<>> connect_tcp(SteadyTime deadline);
    Task<Result<>> connect_unix(SteadyTime deadline);
    Task<Result<>> handshake();

    const Route& route_;
    std::string peer_;  // "portal.example.org:443", or the proxy while its tunnel is being asked for
    boost::asio::generic::stream_protocol::socket socket_;
    std::optional<boost::asio::ssl::stream<boost::asio::generic::stream_protocol::socket&>> tls_;
    boost::asio::steady_timer timer_;
    bool expired_ = false;
    boost::beast::flat_buffer unread_;
    std::size_t bytes_read_ = 0;
    SteadyTime last_used_{};
};

}  // namespace carecloud
