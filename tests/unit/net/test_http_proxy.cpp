#include "client_fixture.hpp"

#include <catch2/catch.hpp>

namespace carecloud {

namespace asio = boost::asio;

namespace {

// What the proxy received, and the client's result.
struct Seen {
    std::string connect;
    std::size_t requests = 0;
    Result<HttpResponse> response = Error{};
};

// Two requests for https://portal.test through a proxy that sends `answer` in response to CONNECT and, if that is a
// 200, acts as the portal.
Seen through_proxy(const std::string& answer, const std::string& user_info = "",
                   const std::string& no_proxy = "") {
    asio::io_context io;
    TestAuthority authority("Test CA");
    const auto tls =
        server_tls(authority.issue({.subject = "portal.test", .alternative_names = "DNS:portal.test"}));
    Seen seen;
    ScriptedServer proxy(io, [&](Peer& peer) -> Task<> {
        seen.connect = co_await peer.read_request();
        co_await peer.write(answer);
        const bool secured = co_await peer.secure(*tls);
        const std::string good = http_ok("good");
        while (secured) {
            const std::string request = co_await peer.read_request();
            if (request.empty()) co_return;
            ++seen.requests;
            co_await peer.write(good);
        }
    });
    const TempFile ca_file(authority.certificate_pem());
    HttpClientSettings settings;
    settings.origin = {.tls = true, .host = "portal.test", .port = 443};
    settings.ca_file = ca_file.path();
    settings.proxy = {.https_proxy = "http://" + user_info + "127.0.0.1:" + std::to_string(proxy.port()),
                      .no_proxy = no_proxy};
    const auto client = make_client(io, settings);
    seen.response = get(io, *client);
    if (seen.response) seen.response = get(io, *client);
    return seen;
}

}  // namespace

TEST_CASE("https uses one tunnel of the proxy for many requests, verified by the portal's own name") {
    const Seen seen = through_proxy("HTTP/1.1 200 Connection established\r\nProxy-Agent: x\r\n\r\n");
    REQUIRE(seen.response.has_value());
    CHECK(seen.response->text() == "good");
    CHECK(seen.requests == 2);
    CHECK(seen.connect == "CONNECT portal.test:443 HTTP/1.1\r\nHost: portal.test:443\r\n\r\n");
}

TEST_CASE("the proxy's user and password are sent to the proxy, as Basic") {
    const Seen seen = through_proxy("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "user:p%40ss@");
    REQUIRE(seen.response.has_value());
    CHECK(seen.connect.find("\r\nProxy-Authorization: Basic dXNlcjpwQHNz\r\n") != std::string::npos);
}

TEST_CASE("a proxy that refuses is named, with the remedy, and without its password") {
    const Seen wants_user =
        through_proxy(http_answer("407 Proxy Authentication Required", "who?"), "user:S3cret@");
    REQUIRE_FALSE(wants_user.response.has_value());
    const std::string message = wants_user.response.error().message();
    INFO(message);
    CHECK(wants_user.response.error().code == ErrorCode::unreachable);
    CHECK(message.find("proxy 127.0.0.1:") != std::string::npos);
    CHECK(message.find("407") != std::string::npos);
    CHECK(message.find("HTTPS_PROXY") != std::string::npos);
    CHECK(message.find("S3cret") == std::string::npos);

    const Seen forbidden = through_proxy(http_answer("403 Forbidden", "no"));
    REQUIRE_FALSE(forbidden.response.has_value());
    CHECK(forbidden.response.error().code == ErrorCode::unreachable);
    CHECK(forbidden.response.error().subject.find("403") != std::string::npos);
    CHECK(forbidden.response.error().hint.find("NO_PROXY") != std::string::npos);
}

TEST_CASE("a server that is not a proxy, or writes into the tunnel") {
    const Seen garbage = through_proxy("220 smtp.test ESMTP\r\n");
    REQUIRE_FALSE(garbage.response.has_value());
    CHECK(garbage.response.error().code == ErrorCode::bad_response);
    const Seen chatty = through_proxy("HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\n");
    REQUIRE_FALSE(chatty.response.has_value());
    CHECK(chatty.response.error().code == ErrorCode::bad_response);
}

TEST_CASE("NO_PROXY and loopback bypass the proxy") {
    asio::io_context io;
    TestAuthority authority("Test CA");
    const auto tls = server_tls(authority.issue({}));
    std::size_t proxied = 0;
    ScriptedServer proxy(io, [&](Peer& peer) -> Task<> {
        ++proxied;
        co_await peer.wait_closed();
    });
    ScriptedServer portal(
        io,
        [](Peer& peer) -> Task<> {
            const std::string request = co_await peer.read_request();
            const std::string answer = http_ok("good");
            co_await peer.write(answer);
        },
        tls.get());
    const TempFile ca_file(authority.certificate_pem());
    auto settings = settings_for(portal, true, "localhost");
    settings.ca_file = ca_file.path();
    settings.proxy.https_proxy = "http://127.0.0.1:" + std::to_string(proxy.port());
    const auto client = make_client(io, settings);
    CHECK(get(io, *client).has_value());
    CHECK(proxied == 0);

    // A name that does not exist (RFC 6761 6.4) cannot be reached directly, and the proxy is not asked for it.
    const Seen seen = through_proxy("HTTP/1.1 200 OK\r\n\r\n", "", ".test");
    REQUIRE_FALSE(seen.response.has_value());
    CHECK(seen.connect.empty());
}

}  // namespace carecloud
