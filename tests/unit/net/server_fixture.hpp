// A server on loopback, and clients that send it any bytes, valid or not.
//
//     ServerFixture fixture;
//     WireClient client(fixture);
//     client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
//     CHECK(client.answer().starts_with("HTTP/1.1 200 OK\r\n"));
//
// Everything runs on the test's own thread: while a client waits, the server runs. An endless wait fails after a while
// instead of hanging.
#pragma once

#include "net/server/http_server.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>

namespace carecloud {

// "GET /target\n" and the request's body, as text.
Task<ServerResponse> echo_handler(const ServerRequest& request);

// A request without a body.
std::string get_request(std::string_view target, std::string_view more_headers = "");
std::string post_request(std::string_view target, std::string_view body, std::string_view more_headers = "");

class ServerFixture {
  public:
    // On 127.0.0.1 unless the settings contain another address.
    explicit ServerFixture(HttpServerSettings settings = {}, ServerHandler handler = echo_handler);
    ~ServerFixture();
    ServerFixture(const ServerFixture&) = delete;
    ServerFixture& operator=(const ServerFixture&) = delete;

    boost::asio::io_context& io() { return io_; }
    HttpServer& server() { return *server_; }
    HttpServerCounters counters() const { return server_->counters(); }
    const std::vector<Error>& errors() const { return errors_; }

    // Runs ready handlers until `done`; throws if nothing more happens.
    void run_until(const std::function<bool()>& done);
    // Calls stop(); the flag is true when it has returned.
    std::shared_ptr<bool> begin_stop();
    void stop();
    void destroy_server() { server_.reset(); }
    // Whether a new client is served.
    bool serves();

  private:
    boost::asio::io_context io_;
    std::vector<Error> errors_;
    std::unique_ptr<HttpServer> server_;
};

// Lets a handler wait until the test opens it.
class Latch {
  public:
    explicit Latch(boost::asio::io_context& io);
    // Throws operation_aborted when canceled.
    Task<> wait();
    void open();

  private:
    boost::asio::steady_timer timer_;
    bool open_ = false;
};

// A server whose handlers of "/wait" wait for the latch, and count how they end.
struct WaitingFixture {
    explicit WaitingFixture(HttpServerSettings settings = {});

    std::shared_ptr<int> ended = std::make_shared<int>(0);  // in any way
    int finished = 0;                                       // with a response
    ServerFixture server;
    Latch latch;

  private:
    Task<ServerResponse> handle(const ServerRequest& request);
};

class WireClient {
  public:
    using Socket = boost::asio::generic::stream_protocol::socket;

    explicit WireClient(ServerFixture& fixture);
    WireClient(ServerFixture& fixture, const std::string& unix_path);

    // A TLS handshake that trusts the certificates in `roots_pem`; false if it fails.
    bool secure(const std::string& roots_pem, std::string_view host = "localhost");
    // Before secure(): the only group for key exchange, such as "P-521"; false if this OpenSSL has none with that name.
    bool only_group(const std::string& name);
    std::string certificate_subject();

    // False: the server has closed.
    bool send(std::string_view bytes);
    // One complete response, or the part of it before the server closed. Bare: a response to HEAD, without a body.
    std::string answer(bool bare = false);
    // Everything until the server closes.
    std::string rest();
    // Whether the last read ended with an orderly close (FIN) and not with a reset.
    bool ended_orderly() const { return orderly_; }
    // Whether the server has closed already; reads nothing.
    bool closed();

    void end_sending();
    void reset();
    Socket& socket() { return socket_; }

  private:
    bool read_more();

    ServerFixture& fixture_;
    Socket socket_;
    std::unique_ptr<boost::asio::ssl::context> context_ =
        std::make_unique<boost::asio::ssl::context>(boost::asio::ssl::context::tls_client);
    std::unique_ptr<boost::asio::ssl::stream<Socket&>> tls_;
    std::string unread_;
    bool orderly_ = false;
};

int status_of(std::string_view answer);
std::string_view body_of(std::string_view answer);

}  // namespace carecloud
