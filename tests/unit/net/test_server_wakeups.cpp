// Spurious readiness: an event for a connection that was closed a moment before, with the same descriptor.
#include "net/server/connection.hpp"
#include "net/server/tls_server.hpp"
#include "server_fixture.hpp"
#include "support/sanitized.hpp"
#include "support/tls/test_certificates.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>

namespace carecloud {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using Protocol = asio::generic::stream_protocol;
using boost::system::error_code;

namespace {

// A connection that waits for its first byte, and a thief that takes the byte after the reactor's event and before the
// waiting coroutine resumes: the event remains, and there is nothing to read.
class PeekFixture {
  public:
    PeekFixture() : thief_(io_, ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
        std::array<int, 2> pair{};
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0)
            throw std::runtime_error("no socketpair");
        ours_ = pair[0];
        client_ = pair[1];
        ServerConnection::Socket socket(io_, Protocol(AF_UNIX, 0), ours_);
        connection_ = std::make_shared<ServerConnection>(std::move(socket));
    }
    ~PeekFixture() { ::close(client_); }
    PeekFixture(const PeekFixture&) = delete;
    PeekFixture& operator=(const PeekFixture&) = delete;

    ServerConnection& connection() { return *connection_; }

    void begin_peek() {
        asio::co_spawn(io_, connection_->peek(),
                       [this](const std::exception_ptr& thrown, std::optional<unsigned char> first) {
                           if (thrown) std::rethrow_exception(thrown);
                           ended_ = true;
                           first_ = first;
                       });
        io_.poll();
    }

    // Both events occur in one turn of the reactor, in this order.
    void wake_for_nothing() {
        thief_.async_wait(asio::posix::stream_descriptor::wait_read, [this](error_code) {
            char byte = 0;
            stolen_ += ::recv(ours_, &byte, 1, MSG_DONTWAIT) == 1;
        });
        io_.poll();
        ::eventfd_write(thief_.native_handle(), 1);
        say('!');
        io_.poll();
        std::uint64_t count = 0;
        ::eventfd_read(thief_.native_handle(), &count);
    }

    void say(char byte) {
        if (::send(client_, &byte, 1, MSG_NOSIGNAL) != 1) throw std::runtime_error("not sent");
        if (byte != '!') io_.poll();
    }
    void end_sending() {
        ::shutdown(client_, SHUT_WR);
        io_.poll();
    }
    void run_to_end() {
        while (!ended_ && io_.run_one_for(10s) > 0) {
        }
    }

    int stolen() const { return stolen_; }
    bool ended() const { return ended_; }
    std::optional<unsigned char> first() const { return first_; }

  private:
    asio::io_context io_;
    asio::posix::stream_descriptor thief_;
    std::shared_ptr<ServerConnection> connection_;
    int ours_ = -1;
    int client_ = -1;
    int stolen_ = 0;
    bool ended_ = false;
    std::optional<unsigned char> first_;
};

// Connects repeatedly to a server that refuses clients without TLS. Returns how many did not get the refusal.
std::size_t count_unanswered(std::uint16_t port, std::size_t connections) {
    constexpr std::string_view request = "GET / HTTP/1.0\r\n\r\n";
    asio::io_context io;
    std::size_t unanswered = 0;
    for (std::size_t i = 0; i < connections; ++i) {
        asio::ip::tcp::socket socket(io);
        socket.connect({asio::ip::address_v4::loopback(), port});
        error_code failure;
        asio::write(socket, asio::buffer(request.data(), request.size()), failure);
        std::string answer;
        asio::read(socket, asio::dynamic_buffer(answer), failure);
        unanswered += failure != asio::error::eof || !answer.starts_with("HTTP/1.1 400 ");
    }
    return unanswered;
}

// The same with complete handshakes, each followed by one request.
std::size_t count_failed_handshakes(std::uint16_t port, const std::string& roots, std::size_t connections) {
    asio::io_context io;
    asio::ssl::context tls(asio::ssl::context::tls_client);
    tls.add_certificate_authority(asio::buffer(roots));
    tls.set_verify_mode(asio::ssl::verify_peer);
    std::size_t failed = 0;
    for (std::size_t i = 0; i < connections; ++i) {
        asio::ssl::stream<asio::ip::tcp::socket> stream(io, tls);
        stream.next_layer().connect({asio::ip::address_v4::loopback(), port});
        error_code failure;
        stream.handshake(asio::ssl::stream_base::client, failure);
        failed += failure.failed();
    }
    return failed;
}

// A TLS server and two clients on separate threads, until both clients have ended.
std::size_t crowd_of_two(
    const std::function<std::size_t(std::uint16_t port, const std::string& roots)>& client) {
    TestAuthority authority("Test CA");
    const TestCertificate pair = authority.issue({});
    const TempFile certificate(pair.certificate_pem);
    const TempFile key(pair.key_pem);
    const auto tls = make_server_tls(certificate.path(), key.path());
    if (!tls) throw std::runtime_error(tls.error().message());
    HttpServerSettings settings;
    settings.tls = *tls;
    ServerFixture fixture(settings);
    std::atomic<int> running = 2;
    std::atomic<std::size_t> failed = 0;
    std::vector<std::jthread> clients;
    for (int i = 0; i < 2; ++i) {
        clients.emplace_back([&, port = fixture.server().port(), roots = authority.certificate_pem()] {
            failed += client(port, roots);
            --running;
            asio::post(fixture.io(), [] {});
        });
    }
    fixture.run_until([&] { return running == 0; });
    return failed;
}

}  // namespace

TEST_CASE("a readiness event without data does not mean that the client has disconnected") {
    PeekFixture fixture;
    fixture.begin_peek();
    for (int i = 1; i <= 3; ++i) {
        fixture.wake_for_nothing();
        REQUIRE(fixture.stolen() == i);
        REQUIRE_FALSE(fixture.ended());
    }
    SECTION("a byte that arrives later is noticed, and stays unread") {
        fixture.say('Z');
        CHECK(fixture.first() == 'Z');
        fixture.begin_peek();
        CHECK(fixture.first() == 'Z');
    }
    SECTION("a client that then disconnects is noticed") {
        fixture.end_sending();
        CHECK(fixture.ended());
        CHECK_FALSE(fixture.first().has_value());
    }
}

TEST_CASE("the deadline applies whatever events occur before it") {
    PeekFixture fixture;
    fixture.connection().expire_after(20ms, ServerConnection::Expiry::close);
    fixture.begin_peek();
    fixture.wake_for_nothing();
    REQUIRE(fixture.stolen() == 1);
    REQUIRE_FALSE(fixture.ended());
    fixture.run_to_end();
    CHECK(fixture.ended());
    CHECK_FALSE(fixture.first().has_value());
}

TEST_CASE("none of 20,000 new connections of two clients is dropped") {
    const std::size_t dropped =
        crowd_of_two([](std::uint16_t port, const std::string&) { return count_unanswered(port, 10'000); });
    CHECK(dropped == 0);
}

TEST_CASE("no valid handshake of two clients fails") {
    const std::size_t failed = crowd_of_two([](std::uint16_t port, const std::string& roots) {
        return count_failed_handshakes(port, roots, 1'000);
    });
    CHECK(failed == 0);
}

TEST_CASE("an exception while connections are accepted ends the run, and does not delay the stop") {
    if (kSanitized) return;  // the sanitizers need descriptors, and there are none left
    asio::io_context io;
    HttpServerSettings settings{.address = {.host = "127.0.0.1"}};
    settings.on_error = [](const Error&) { throw std::runtime_error("an observer that throws"); };
    auto server = HttpServer::listen(io.get_executor(), settings, echo_handler);
    REQUIRE(server.has_value());
    rlimit before{};
    ::getrlimit(RLIMIT_NOFILE, &before);
    asio::ip::tcp::socket client(io);
    client.connect({asio::ip::address_v4::loopback(), (*server)->port()});
    // No descriptor is left for the connection: it cannot be accepted, which is reported.
    const rlimit none{static_cast<rlim_t>(client.native_handle()), before.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &none);
    std::string thrown;
    try {
        io.run_for(10s);
    } catch (const std::runtime_error& error) {
        thrown = error.what();
    }
    ::setrlimit(RLIMIT_NOFILE, &before);
    CHECK(thrown == "an observer that throws");
    bool stopped = false;
    asio::co_spawn(io, (*server)->stop(), [&](const std::exception_ptr& failure) { stopped = !failure; });
    io.restart();
    io.run_for(10s);
    CHECK(stopped);
}

}  // namespace carecloud
