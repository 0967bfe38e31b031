// Responses of unknown length: chunked, piece by piece, whatever the client does.
#include "server_fixture.hpp"

#include <memory>
#include <stdexcept>

#include <catch2/catch.hpp>

namespace carecloud {

namespace {

// As many pieces as the path contains ("/3"), of that many bytes each. Counts the requested pieces.
struct PieceSource {
    explicit PieceSource(std::size_t pieces, std::size_t bytes) : left(pieces), piece(bytes, 'p') {}

    Task<std::optional<std::string>> next() {
        ++asked;
        if (left == 0) co_return std::nullopt;
        --left;
        co_return piece;
    }

    std::size_t left;
    std::string piece;
    std::size_t asked = 0;
};

ServerHandler streaming(const std::shared_ptr<PieceSource>& source) {
    return [source](const ServerRequest&) -> Task<ServerResponse> {
        ServerResponse response;
        response.body = "begin";
        response.more = [source] { return source->next(); };
        co_return response;
    };
}

}  // namespace

TEST_CASE("a streamed response is sent in chunks, and the connection continues") {
    const auto source = std::make_shared<PieceSource>(2, 20);
    ServerFixture fixture({}, streaming(source));
    WireClient client(fixture);
    REQUIRE(client.send(get_request("/a") + get_request("/b", "Connection: close\r\n")));
    const std::string both = client.rest();
    const std::string body =
        "5\r\nbegin\r\n14\r\n" + source->piece + "\r\n14\r\n" + source->piece + "\r\n0\r\n\r\n";
    CHECK(both.find("\r\nTransfer-Encoding: chunked\r\n") != std::string::npos);
    CHECK(both.find("Content-Length") == std::string::npos);
    CHECK(both.find("\r\n\r\n" + body + "HTTP/1.1 200 OK\r\n") != std::string::npos);
    CHECK(both.ends_with("\r\n\r\n5\r\nbegin\r\n0\r\n\r\n"));
    CHECK(client.ended_orderly());
}

TEST_CASE("HTTP/1.0 gets only the bytes, until the connection ends; HEAD gets no body, and requests none") {
    const auto source = std::make_shared<PieceSource>(2, 20);
    ServerFixture fixture({}, streaming(source));
    WireClient head(fixture);
    REQUIRE(head.send("HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
    CHECK(body_of(head.rest()).empty());
    CHECK(source->asked == 0);
    WireClient old(fixture);
    REQUIRE(old.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
    const std::string answer = old.rest();
    CHECK(answer.find("Transfer-Encoding") == std::string::npos);
    CHECK(answer.find("\r\nConnection: close\r\n") != std::string::npos);
    CHECK(body_of(answer) == "begin" + source->piece + source->piece);
}

TEST_CASE(
    "if a client does not read, no more is requested, others are not delayed, and it is finally "
    "disconnected") {
    const auto stuck = std::make_shared<PieceSource>(1'000'000, 1 << 16);
    HttpServerSettings settings;
    settings.timeouts.write = std::chrono::seconds(1);
    ServerFixture fixture(settings, [stuck](const ServerRequest& request) -> Task<ServerResponse> {
        ServerResponse response = co_await echo_handler(request);
        if (request.path() == "/stuck") response.more = [stuck] { return stuck->next(); };
        co_return response;
    });
    WireClient client(fixture);
    REQUIRE(client.send(get_request("/stuck")));
    fixture.run_until([&] { return stuck->asked > 1; });
    CHECK(fixture.serves());
    fixture.run_until([&] { return fixture.counters().connections_open <= 1; });
    // As much as the kernel's buffers took, and no more.
    CHECK(stuck->asked < 1000);
    CHECK(fixture.errors().empty());
}

TEST_CASE("a source that throws ends the connection before the end of the body, and is reported") {
    ServerFixture fixture({}, [](const ServerRequest& request) -> Task<ServerResponse> {
        ServerResponse response = co_await echo_handler(request);
        if (request.path() == "/throw") {
            response.more = []() -> Task<std::optional<std::string>> {
                throw std::runtime_error("a mistake");
                co_return std::nullopt;
            };
        }
        co_return response;
    });
    WireClient client(fixture);
    REQUIRE(client.send(get_request("/throw")));
    CHECK_FALSE(client.rest().ends_with("0\r\n\r\n"));
    REQUIRE(fixture.errors().size() == 1);
    CHECK(fixture.errors()[0].subject == "a mistake");
    CHECK(fixture.serves());
}

TEST_CASE("a stop interrupts a waiting stream at the end of the grace period") {
    HttpServerSettings settings;
    settings.timeouts.grace = std::chrono::milliseconds(50);
    auto latch = std::make_shared<std::unique_ptr<Latch>>();
    ServerFixture fixture(settings, [latch](const ServerRequest&) -> Task<ServerResponse> {
        ServerResponse response;
        response.body = "begin";
        response.more = [latch]() -> Task<std::optional<std::string>> {
            co_await (*latch)->wait();
            co_return std::nullopt;
        };
        co_return response;
    });
    *latch = std::make_unique<Latch>(fixture.io());
    WireClient client(fixture);
    REQUIRE(client.send(get_request("/")));
    fixture.run_until([&] { return client.socket().available() > 0; });
    fixture.stop();
    CHECK(fixture.counters().connections_open == 0);
    CHECK_FALSE(client.rest().ends_with("0\r\n\r\n"));
    // Before the io_context of its timer.
    latch->reset();
}

}  // namespace carecloud
