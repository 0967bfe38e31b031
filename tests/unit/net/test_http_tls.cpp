#include "client_fixture.hpp"

#include <catch2/catch.hpp>

namespace carecloud {

namespace asio = boost::asio;

namespace {

Task<> say_good(Peer& peer) {
    const std::string answer = http_ok("good");
    while (true) {
        const std::string request = co_await peer.read_request();
        if (request.empty()) co_return;
        co_await peer.write(answer);
    }
}

// A request to a server with that certificate, trusting `trusted` (empty: only the system's roots).
Result<HttpResponse> ask(const TestCertificate& certificate, const std::string& trusted,
                         const std::string& host) {
    asio::io_context io;
    const auto tls = server_tls(certificate);
    ScriptedServer server(io, say_good, tls.get());
    const TempFile ca_file(trusted);
    auto settings = settings_for(server, true, host);
    if (!trusted.empty()) settings.ca_file = ca_file.path();
    const auto client = make_client(io, settings);
    return get(io, *client);
}

void check_refused(const Result<HttpResponse>& response, const char* reason) {
    REQUIRE_FALSE(response.has_value());
    INFO(response.error().message());
    CHECK(response.error().code == ErrorCode::tls_failed);
    CHECK(response.error().subject.find(reason) != std::string::npos);
    CHECK_FALSE(response.error().hint.empty());
}

}  // namespace

TEST_CASE("a server of an authority in ca_file is trusted, by name and by address") {
    TestAuthority authority("Test CA");
    const auto certificate = authority.issue({});
    CHECK(ask(certificate, authority.certificate_pem(), "localhost").has_value());
    CHECK(ask(certificate, authority.certificate_pem(), "127.0.0.1").has_value());
}

TEST_CASE("TLS connections are kept, too, and large responses arrive complete") {
    asio::io_context io;
    TestAuthority authority("Test CA");
    const auto tls = server_tls(authority.issue({}));
    const std::string big(5'000'000, 'b');
    ScriptedServer server(
        io,
        [&](Peer& peer) -> Task<> {
            const std::string answer = http_ok(big);
            while (true) {
                const std::string request = co_await peer.read_request();
                if (request.empty()) co_return;
                co_await peer.write(answer);
            }
        },
        tls.get());
    const TempFile ca_file(authority.certificate_pem());
    auto settings = settings_for(server, true, "localhost");
    settings.ca_file = ca_file.path();
    const auto client = make_client(io, settings);
    for (int i = 0; i < 5; ++i) {
        const auto response = get(io, *client);
        REQUIRE(response.has_value());
        REQUIRE((response->text() == big));
    }
    CHECK(server.connections() == 1);
}

TEST_CASE("an unknown authority is refused, whatever the name") {
    TestAuthority authority("Test CA");
    TestAuthority other("Test CA");
    const auto certificate = authority.issue({});
    check_refused(ask(certificate, "", "localhost"), "unable to get local issuer certificate");
    check_refused(ask(certificate, other.certificate_pem(), "localhost"), "");
}

TEST_CASE("a certificate for another name or address is refused") {
    TestAuthority authority("Test CA");
    const auto other =
        authority.issue({.subject = "localhost", .alternative_names = "DNS:portal.example.org"});
    check_refused(ask(other, authority.certificate_pem(), "localhost"), "ostname mismatch");
    check_refused(ask(other, authority.certificate_pem(), "127.0.0.1"), "IP address mismatch");
    const auto as_name = authority.issue({.alternative_names = "DNS:127.0.0.1"});
    check_refused(ask(as_name, authority.certificate_pem(), "127.0.0.1"), "IP address mismatch");
}

TEST_CASE("an expired certificate, and one not yet valid, are refused") {
    TestAuthority authority("Test CA");
    const auto expired = authority.issue({.valid_from_seconds = -7200, .valid_to_seconds = -3600});
    check_refused(ask(expired, authority.certificate_pem(), "localhost"), "expired");
    const auto early = authority.issue({.valid_from_seconds = 3600, .valid_to_seconds = 7200});
    check_refused(ask(early, authority.certificate_pem(), "localhost"), "not yet valid");
}

TEST_CASE("a server with TLS 1.1 or no TLS") {
    asio::io_context io;
    ScriptedServer plain(io, [](Peer& peer) -> Task<> {
        const std::string answer = http_answer("400 Bad Request", "this is plain http");
        co_await peer.write(answer);
        co_await peer.wait_closed();
    });
    const auto client = make_client(io, settings_for(plain, true, "localhost"));
    check_refused(get(io, *client), "TLS");

    TestAuthority authority("Test CA");
    const auto tls = server_tls(authority.issue({}));
    SSL_CTX_set_min_proto_version(tls->native_handle(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(tls->native_handle(), TLS1_1_VERSION);
    SSL_CTX_set_security_level(tls->native_handle(), 0);
    ScriptedServer old(io, say_good, tls.get());
    const auto other = make_client(io, settings_for(old, true, "localhost"));
    check_refused(get(io, *other), "TLS");
}

TEST_CASE("closed in the handshake: unreachable") {
    asio::io_context io;
    ScriptedServer server(io, [](Peer& peer) -> Task<> {
        peer.close();
        co_return;
    });
    const auto client = make_client(io, settings_for(server, true, "localhost"));
    const auto response = get(io, *client);
    REQUIRE_FALSE(response.has_value());
    CHECK(response.error().code == ErrorCode::unreachable);
}

TEST_CASE("a body that ends with the connection requires the TLS close_notify") {
    asio::io_context io;
    TestAuthority authority("Test CA");
    const auto tls = server_tls(authority.issue({}));
    ScriptedServer server(
        io,
        [](Peer& peer) -> Task<> {
            const std::string request = co_await peer.read_request();
            const std::string answer = "HTTP/1.1 200 OK\r\n\r\nis this all?";
            co_await peer.write(answer);
        },
        tls.get());
    const TempFile ca_file(authority.certificate_pem());
    auto settings = settings_for(server, true, "localhost");
    settings.ca_file = ca_file.path();
    const auto client = make_client(io, settings);
    const auto response = get(io, *client);
    REQUIRE_FALSE(response.has_value());
    CHECK(response.error().code == ErrorCode::bad_response);
}

TEST_CASE("a ca_file that is missing, a directory or not PEM is refused when the client is created") {
    const TempFile garbage("not a certificate");
    const TempFile empty("");
    for (const std::string& path :
         {std::string("/nonexistent/ca.pem"), std::string("/tmp"), garbage.path(), empty.path()}) {
        asio::io_context io;
        HttpClientSettings settings;
        settings.origin = {.tls = true, .host = "localhost", .port = 1};
        settings.ca_file = path;
        const auto client = HttpClient::create(io.get_executor(), settings);
        INFO(path);
        REQUIRE_FALSE(client.has_value());
        CHECK(client.error().code == ErrorCode::invalid_argument);
        CHECK(client.error().subject.find(path) != std::string::npos);
    }
}

}  // namespace carecloud
