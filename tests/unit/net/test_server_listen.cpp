// Where an HttpServer listens, and its errors if it cannot.
#include "server_fixture.hpp"
#include "support/temp_dir.hpp"

#include <fcntl.h>
#include <filesystem>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <catch2/catch.hpp>

namespace carecloud {

namespace asio = boost::asio;
using Catch::Contains;

namespace {

std::string refusal(const ServerAddress& address) {
    asio::io_context io;
    HttpServerSettings settings;
    settings.address = address;
    const auto server = HttpServer::listen(io.get_executor(), settings, echo_handler);
    if (server) return "no error";
    CHECK(server.error().code == ErrorCode::invalid_argument);
    return server.error().message();
}

HttpServerSettings on_unix(const std::string& path) {
    HttpServerSettings settings;
    settings.address.unix_path = path;
    return settings;
}

bool serves_unix(ServerFixture& fixture, const std::string& path) {
    WireClient client(fixture, path);
    client.send(get_request("/unix"));
    return body_of(client.answer()) == "GET /unix\n";
}

}  // namespace

TEST_CASE("the kernel chooses the port, and it is reported") {
    ServerFixture fixture;
    CHECK(fixture.server().port() != 0);
    CHECK(fixture.server().address() == "127.0.0.1:" + std::to_string(fixture.server().port()));
    CHECK(fixture.serves());
}

TEST_CASE("a port in use is named, with the remedy") {
    ServerFixture fixture;
    const std::string message = refusal({.host = "127.0.0.1", .port = fixture.server().port()});
    CHECK_THAT(message,
               Contains(fixture.server().address()) && Contains("in use") && Contains("another port"));
    CHECK(fixture.serves());
}

TEST_CASE("unavailable addresses are named") {
    CHECK_THAT(refusal({.host = "192.0.2.1", .port = 0}), Contains("192.0.2.1:0") && Contains("ip address"));
    CHECK_THAT(refusal({.host = "example.org", .port = 80}), Contains("example.org:80: not an IP address"));
    CHECK_THAT(refusal({}), Contains("not an IP address"));
}

TEST_CASE("a port below 1024 requires permission, and the message names it") {
    const std::string message = refusal({.host = "127.0.0.1", .port = 1});
    if (message == "no error" || message.find("in use") != std::string::npos) {
        WARN("skipped: this user may listen there (root, or net.ipv4.ip_unprivileged_port_start)");
        return;
    }
    CHECK_THAT(message, Contains("CAP_NET_BIND_SERVICE") && Contains("socket unit") && Contains("proxy"));
}

TEST_CASE("localhost and an IPv6 address are accepted") {
    HttpServerSettings settings;
    settings.address.host = "localhost";
    ServerFixture fixture(settings);
    CHECK(fixture.serves());
    asio::io_context io;
    settings.address.host = "::1";
    const auto server = HttpServer::listen(io.get_executor(), settings, echo_handler);
    if (server) CHECK((*server)->address() == "[::1]:" + std::to_string((*server)->port()));
    if (!server) CHECK_THAT(server.error().message(), Contains("[::1]:0"));
}

TEST_CASE("a server needs a handler and room for connections") {
    asio::io_context io;
    HttpServerSettings settings;
    settings.address.host = "127.0.0.1";
    CHECK_FALSE(HttpServer::listen(io.get_executor(), settings, {}).has_value());
    settings.limits.connections_max = 0;
    CHECK_FALSE(HttpServer::listen(io.get_executor(), settings, echo_handler).has_value());
}

TEST_CASE("a Unix socket is for owner and group, and is removed with the server") {
    const TempDir folder;
    const std::string path = folder.file("api.sock");
    {
        ServerFixture fixture(on_unix(path));
        struct stat found {};
        REQUIRE(::stat(path.c_str(), &found) == 0);
        CHECK((found.st_mode & 07777) == 0660);
        CHECK(fixture.server().port() == 0);
        CHECK(serves_unix(fixture, path));
        CHECK_THAT(refusal({.unix_path = path}),
                   Contains("unix:" + path) && Contains("address already in use"));
        CHECK(serves_unix(fixture, path));
        fixture.stop();
        CHECK_FALSE(std::filesystem::exists(path));
    }
}

TEST_CASE("a stale Unix socket is replaced, another file is not") {
    const TempDir folder;
    const std::string stale = folder.file("stale.sock");
    {
        asio::io_context io;
        const asio::local::stream_protocol::acceptor left_behind(io, stale);
    }
    REQUIRE(std::filesystem::exists(stale));
    ServerFixture fixture(on_unix(stale));
    CHECK(serves_unix(fixture, stale));

    const std::string file = folder.file("file");
    const int descriptor = ::open(file.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    REQUIRE(descriptor >= 0);
    ::close(descriptor);
    CHECK_THAT(refusal({.unix_path = file}), Contains("not a socket"));
    CHECK(std::filesystem::exists(file));
    CHECK_THAT(refusal({.unix_path = folder.file("none/s")}), Contains("directory"));
    CHECK_THAT(refusal({.unix_path = "/" + std::string(200, 'x')}), Contains("at most 107 bytes"));
}

TEST_CASE("a socket that replaced this server's is not removed by it") {
    const TempDir folder;
    const std::string path = folder.file("api.sock");
    ServerFixture first(on_unix(path));
    std::filesystem::rename(path, path + ".old");
    ServerFixture second(on_unix(path));
    first.stop();
    CHECK(serves_unix(second, path));
}

TEST_CASE("a socket that already listens is adopted") {
    asio::io_context io;
    asio::ip::tcp::acceptor inherited(io, {asio::ip::address_v4::loopback(), 0});
    const std::uint16_t port = inherited.local_endpoint().port();
    HttpServerSettings settings;
    settings.address.inherited_fd = ::dup(inherited.native_handle());
    inherited.close();
    ServerFixture fixture(settings);
    CHECK(fixture.server().port() == port);
    CHECK(fixture.serves());
}

TEST_CASE("a descriptor that does not listen is refused, and stays open") {
    const int connected = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int datagram = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    for (const int descriptor : {connected, datagram}) {
        CHECK_THAT(refusal({.inherited_fd = descriptor}), Contains("ListenStream="));
        CHECK(::close(descriptor) == 0);
    }
    CHECK_THAT(refusal({.inherited_fd = 99999}), Contains("descriptor 99999"));
}

}  // namespace carecloud
