// A server on loopback that follows a test's script, byte by byte. So the client is tested with real sockets, and the
// server can misbehave in every way.
//
//     ScriptedServer server(io, [](Peer& peer) -> Task<> {
//         const std::string request = co_await peer.read_request();
//         co_await peer.write(http_ok("hello"));
//     });
//
// The script runs once per connection; when it returns, the connection is closed. It must outlive the io_context's run.
// Only for the thread that runs `io`.
#pragma once

#include "base/clock.hpp"
#include "support/tls/test_certificates.hpp"

#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

namespace carecloud {

class Peer {
  public:
    Peer(boost::asio::ip::tcp::socket socket, std::size_t number)
        : socket_(std::move(socket)), number_(number) {}

    // The index of this connection, from 0.
    std::size_t number() const { return number_; }

    // Reads a head, and a body by Content-Length; returns an empty text if the client has disconnected.
    Task<std::string> read_request();
    // Returns false if the client has disconnected.
    Task<bool> write(std::string_view bytes);
    // Waits until the client has disconnected.
    Task<> wait_closed();
    // Starts TLS; returns false if the handshake failed.
    Task<bool> secure(boost::asio::ssl::context& context);
    // Closes with a reset (RST) instead of TLS close_notify.
    void reset();
    void close();

  private:
    Task<std::size_t> read_some(boost::asio::mutable_buffer buffer);

    boost::asio::ip::tcp::socket socket_;
    std::optional<boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>> tls_;
    std::size_t number_;
    std::string unread_;
};

class ScriptedServer {
  public:
    using Script = std::function<Task<>(Peer&)>;

    // With a TLS context, each connection begins with a handshake.
    ScriptedServer(boost::asio::io_context& io, Script script, boost::asio::ssl::context* tls = nullptr);
    ~ScriptedServer();
    ScriptedServer(const ScriptedServer&) = delete;
    ScriptedServer& operator=(const ScriptedServer&) = delete;

    std::uint16_t port() const { return port_; }
    std::size_t connections() const { return connections_; }
    // Closes the port, so new connections are refused.
    void stop_listening();

  private:
    Task<> accept_all();
    Task<> serve(std::shared_ptr<Peer> peer);

    boost::asio::io_context& io_;
    Script script_;
    boost::asio::ssl::context* tls_;
    boost::asio::ip::tcp::acceptor acceptor_;
    std::uint16_t port_ = 0;
    std::size_t connections_ = 0;
};

// The TLS context of a server.
std::unique_ptr<boost::asio::ssl::context> server_tls(const TestCertificate& certificate);

// A complete response, with Content-Length.
std::string http_answer(std::string_view status, std::string_view body, std::string_view more_headers = "");
std::string http_ok(std::string_view body, std::string_view more_headers = "");
std::string gzip(std::string_view text);

// Runs `task` to completion on `io`, along with everything else there, and returns its result.
template <class T>
T run(boost::asio::io_context& io, Task<T> task) {
    std::optional<T> result;
    std::exception_ptr thrown;
    boost::asio::co_spawn(io, std::move(task), [&](std::exception_ptr failure, T value) {
        thrown = failure;
        if (!failure) result.emplace(std::move(value));
        io.stop();
    });
    io.restart();
    io.run();
    if (thrown) std::rethrow_exception(thrown);
    return std::move(*result);
}

}  // namespace carecloud
