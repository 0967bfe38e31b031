#include "client_fixture.hpp"

#include <catch2/catch.hpp>

namespace carecloud {

namespace asio = boost::asio;

namespace {

// Answers every request of a connection with its path, forever.
Task<> echo_path(Peer& peer) {
    while (true) {
        const std::string request = co_await peer.read_request();
        if (request.empty()) co_return;
        const std::size_t from = request.find(' ') + 1;
        const std::string answer = http_ok(request.substr(from, request.find(' ', from) - from));
        const bool written = co_await peer.write(answer);
        if (!written) co_return;
    }
}

}  // namespace

TEST_CASE("a request and its response are transferred unchanged") {
    asio::io_context io;
    std::string seen;
    ScriptedServer server(io, [&](Peer& peer) -> Task<> {
        seen = co_await peer.read_request();
        const std::string answer = http_answer("201 Created", "hello", "X-One: 1\r\nx-one: 2\r\n");
        co_await peer.write(answer);
    });
    const auto client = make_client(io, settings_for(server));
    HttpRequest request{.method = "POST", .target = "/a?b=c", .headers = {{"X-Key", "v"}}, .body = "{}"};
    const auto response = run(io, client->request(std::move(request)));
    REQUIRE(response.has_value());
    CHECK(response->status == 201);
    CHECK(response->text() == "hello");
    CHECK(response->header("X-ONE") == "1");
    CHECK(response->header("absent").empty());
    CHECK(seen == "POST /a?b=c HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server.port()) +
                      "\r\nAccept-Encoding: gzip\r\nX-Key: v\r\nContent-Length: 2\r\n\r\n{}");
}

TEST_CASE("many sequential requests use one connection") {
    asio::io_context io;
    ScriptedServer server(io, echo_path);
    const auto client = make_client(io, settings_for(server));
    for (int i = 0; i < 100; ++i) {
        const std::string path = "/" + std::to_string(i);
        const auto response = get(io, *client, path);
        REQUIRE(response.has_value());
        REQUIRE(response->text() == path);
    }
    CHECK(server.connections() == 1);
    CHECK(client->connections_opened() == 1);
}

TEST_CASE("concurrent requests use one connection each, and keep them") {
    asio::io_context io;
    ScriptedServer server(io, echo_path);
    const auto client = make_client(io, settings_for(server));
    const auto round = [&] {
        std::size_t good = 0;
        std::size_t ended = 0;
        for (int i = 0; i < 5; ++i) {
            const std::string path = "/" + std::to_string(i);
            HttpRequest request{.target = path};
            asio::co_spawn(io, client->request(std::move(request)),
                           [&, path](std::exception_ptr, Result<HttpResponse> response) {
                               if (response && response->text() == path) ++good;
                               if (++ended == 5) io.stop();
                           });
        }
        io.restart();
        io.run();
        return good;
    };
    CHECK(round() == 5);
    CHECK(round() == 5);
    CHECK(server.connections() == 5);
}

TEST_CASE("a kept connection that died is replaced once, transparently") {
    asio::io_context io;
    // Every connection serves one request, and closes at the next one without a response.
    ScriptedServer server(io, [](Peer& peer) -> Task<> {
        const std::string first = co_await peer.read_request();
        const std::string answer = http_ok("good");
        co_await peer.write(answer);
        const std::string second = co_await peer.read_request();
        if (!second.empty()) peer.reset();
    });
    const auto client = make_client(io, settings_for(server));
    for (int i = 0; i < 3; ++i) {
        const auto response = get(io, *client);
        REQUIRE(response.has_value());
        REQUIRE(response->text() == "good");
    }
    CHECK(server.connections() == 3);
}

TEST_CASE("a kept connection that the server closed while idle is not used") {
    asio::io_context io;
    std::size_t requests = 0;
    ScriptedServer server(io, [&](Peer& peer) -> Task<> {
        const std::string request = co_await peer.read_request();
        requests += request.empty() ? 0 : 1;
        const std::string answer = http_ok("good");
        co_await peer.write(answer);
    });
    const auto client = make_client(io, settings_for(server));
    for (int i = 0; i < 3; ++i)
        REQUIRE(get(io, *client).has_value());
    CHECK(requests == 3);
    CHECK(server.connections() == 3);
}

TEST_CASE("a new connection that dies before a response is an error immediately") {
    asio::io_context io;
    ScriptedServer server(io, [](Peer& peer) -> Task<> {
        const std::string request = co_await peer.read_request();
        peer.reset();
    });
    const auto client = make_client(io, settings_for(server));
    const auto response = get(io, *client);
    REQUIRE_FALSE(response.has_value());
    CHECK(response.error().code == ErrorCode::unreachable);
    CHECK(response.error().operation == "get it");
    CHECK(server.connections() == 1);
}

TEST_CASE("Connection: close, and unexpected bytes, end the use of a connection") {
    asio::io_context io;
    const bool unasked = GENERATE(false, true);
    ScriptedServer server(io, [unasked](Peer& peer) -> Task<> {
        const std::string answer = unasked
                                       ? http_ok("good") + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"
                                       : http_ok("good", "Connection: close\r\n");
        while (true) {
            const std::string request = co_await peer.read_request();
            if (request.empty()) co_return;
            co_await peer.write(answer);
        }
    });
    const auto client = make_client(io, settings_for(server));
    for (int i = 0; i < 2; ++i) {
        const auto response = get(io, *client);
        REQUIRE(response.has_value());
        CHECK(response->text() == "good");
    }
    CHECK(server.connections() == 2);
}

TEST_CASE("a refused connection is unreachable, with the address") {
    asio::io_context io;
    ScriptedServer server(io, echo_path);
    server.stop_listening();
    const auto client = make_client(io, settings_for(server));
    const auto response = get(io, *client);
    REQUIRE_FALSE(response.has_value());
    CHECK(response.error().code == ErrorCode::unreachable);
    CHECK(response.error().subject.find("127.0.0.1:" + std::to_string(server.port())) != std::string::npos);
    CHECK(response.error().subject.find("refused") != std::string::npos);
}

TEST_CASE("localhost is resolved without a resolver, by the family that responds") {
    asio::io_context io;
    ScriptedServer server(io, echo_path);
    const auto client = make_client(io, settings_for(server, false, "localhost"));
    CHECK(get(io, *client).has_value());
}

TEST_CASE("a header cannot inject another one") {
    asio::io_context io;
    ScriptedServer server(io, echo_path);
    const auto client = make_client(io, settings_for(server));
    const auto error_of = [&](HttpRequest request) {
        const auto response = run(io, client->request(std::move(request)));
        return response ? std::string("none") : response.error().message();
    };
    for (const char* value : {"a\r\nX: b", "a\nb", "\x01", "S3cret\x7f", " S3cret", "S3cret\t", "\xc3\xa9"}) {
        const std::string message = error_of({.headers = {{"x-api-key", value}}});
        CHECK(message.find("invalid_argument") != std::string::npos);
        CHECK(message.find("x-api-key") != std::string::npos);
        CHECK(message.find("S3cret") == std::string::npos);
    }
    CHECK(error_of({.headers = {{"X Y", "v"}}}).find("invalid_argument") != std::string::npos);
    CHECK(error_of({.headers = {{"", "v"}}}).find("invalid_argument") != std::string::npos);
    CHECK(error_of({.target = "/a b"}).find("invalid_argument") != std::string::npos);
    CHECK(error_of({.target = "a"}).find("invalid_argument") != std::string::npos);
    CHECK(error_of({.method = "GET /"}).find("invalid_argument") != std::string::npos);
    CHECK(server.connections() == 0);
}

}  // namespace carecloud
