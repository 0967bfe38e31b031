// Each phase has its own timeout, the whole request has another one, and a canceled request ends immediately.
#include "client_fixture.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/post.hpp>
#include <catch2/catch.hpp>

namespace carecloud {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

// Far away, so only the timeout under test can expire.
constexpr auto kNever = std::chrono::milliseconds(1h);
constexpr auto kSoon = 50ms;

HttpTimeouts no_timeouts() {
    return {.connect = kNever, .head = kNever, .body = kNever, .total = kNever};
}

Error error_with(ScriptedServer::Script script, HttpTimeouts timeouts, bool tls = false) {
    asio::io_context io;
    ScriptedServer server(io, std::move(script));
    auto settings = settings_for(server, tls);
    settings.timeouts = timeouts;
    const auto client = make_client(io, settings);
    const auto response = get(io, *client);
    REQUIRE_FALSE(response.has_value());
    return response.error();
}

Task<> say_nothing(Peer& peer) {
    co_await peer.wait_closed();
}

Task<> stop_in_head(Peer& peer) {
    const std::string part = "HTTP/1.1 200 OK\r\n";
    co_await peer.write(part);
    co_await peer.wait_closed();
}

Task<> stop_in_body(Peer& peer) {
    const std::string part = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n0123456789";
    co_await peer.write(part);
    co_await peer.wait_closed();
}

Task<> stop_in_chunk(Peer& peer) {
    const std::string part = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n0123456789";
    co_await peer.write(part);
    co_await peer.wait_closed();
}

}  // namespace

TEST_CASE("a TLS handshake that never completes counts as connecting") {
    HttpTimeouts timeouts = no_timeouts();
    timeouts.connect = kSoon;
    const Error error = error_with(say_nothing, timeouts, true);
    CHECK(error.code == ErrorCode::timed_out);
    CHECK(error.subject.find("handshake") != std::string::npos);
}

TEST_CASE("no head, or half of one, within the timeout") {
    HttpTimeouts timeouts = no_timeouts();
    timeouts.head = kSoon;
    const Error error = error_with(GENERATE(&say_nothing, &stop_in_head), timeouts);
    CHECK(error.code == ErrorCode::timed_out);
    CHECK(error.subject.find("waiting for the response") != std::string::npos);
}

TEST_CASE("no complete body within the timeout, by length or in chunks") {
    HttpTimeouts timeouts = no_timeouts();
    timeouts.body = kSoon;
    const Error error = error_with(GENERATE(&stop_in_body, &stop_in_chunk), timeouts);
    CHECK(error.code == ErrorCode::timed_out);
    CHECK(error.subject.find("reading the response") != std::string::npos);
}

TEST_CASE("the total timeout limits every phase") {
    HttpTimeouts timeouts = no_timeouts();
    timeouts.total = kSoon;
    CHECK(error_with(say_nothing, timeouts).code == ErrorCode::timed_out);
    CHECK(error_with(stop_in_body, timeouts).code == ErrorCode::timed_out);
    CHECK(error_with(say_nothing, timeouts, true).code == ErrorCode::timed_out);
}

TEST_CASE("a kept connection's old timeout does not affect the next request") {
    asio::io_context io;
    ScriptedServer server(io, [](Peer& peer) -> Task<> {
        const std::string answer = http_ok("good");
        while (true) {
            const std::string request = co_await peer.read_request();
            if (request.empty()) co_return;
            co_await peer.write(answer);
        }
    });
    ScriptedServer silent(io, say_nothing);
    auto settings = settings_for(server);
    settings.timeouts = {.connect = kNever, .head = kNever, .body = kNever, .total = 2s};
    const auto client = make_client(io, settings);
    settings.origin.port = silent.port();
    const auto later = make_client(io, settings);
    REQUIRE(get(io, *client).has_value());
    // Begun after the first, with the same timeout: when it expires, the first one's hour is over.
    REQUIRE_FALSE(get(io, *later).has_value());
    REQUIRE(get(io, *client).has_value());
    CHECK(server.connections() == 1);
}

TEST_CASE("a canceled request is reported as such, closes its connection, and keeps the client usable") {
    asio::io_context io;
    asio::cancellation_signal cancel;
    const ScriptedServer::Script stalls[] = {say_nothing, stop_in_head, stop_in_body, stop_in_chunk};
    const auto& stall = stalls[GENERATE(0, 1, 2, 3)];
    bool closed = false;
    ScriptedServer server(io, [&](Peer& peer) -> Task<> {
        const std::string request = co_await peer.read_request();
        if (peer.number() > 0) {
            const std::string answer = http_ok("good");
            co_await peer.write(answer);
            co_return;
        }
        asio::post(io, [&] { cancel.emit(asio::cancellation_type::terminal); });
        co_await stall(peer);
        closed = true;
    });
    auto settings = settings_for(server);
    settings.timeouts = no_timeouts();
    const auto client = make_client(io, settings);
    std::optional<ErrorCode> code;
    HttpRequest request;
    asio::co_spawn(
        io, client->request(std::move(request)),
        asio::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr, Result<HttpResponse> response) {
            if (!response) code = response.error().code;
            io.stop();
        }));
    io.run();
    REQUIRE(code.has_value());
    CHECK(*code == ErrorCode::canceled);
    const auto again = get(io, *client);
    REQUIRE(again.has_value());
    CHECK(again->text() == "good");
    CHECK(closed);
}

TEST_CASE("canceled during the TLS handshake") {
    asio::io_context io;
    asio::cancellation_signal cancel;
    ScriptedServer server(io, [&](Peer& peer) -> Task<> {
        asio::post(io, [&] { cancel.emit(asio::cancellation_type::terminal); });
        co_await peer.wait_closed();
    });
    auto settings = settings_for(server, true);
    settings.timeouts = no_timeouts();
    const auto client = make_client(io, settings);
    std::optional<ErrorCode> code;
    HttpRequest request;
    asio::co_spawn(
        io, client->request(std::move(request)),
        asio::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr, Result<HttpResponse> response) {
            if (!response) code = response.error().code;
            io.stop();
        }));
    io.run();
    REQUIRE(code.has_value());
    CHECK(*code == ErrorCode::canceled);
}

TEST_CASE("a client may be destroyed while connections are kept, and an io_context while requests wait") {
    asio::io_context io;
    ScriptedServer server(io, say_nothing);
    auto settings = settings_for(server);
    settings.timeouts = no_timeouts();
    const auto client = make_client(io, settings);
    HttpRequest request;
    bool ended = false;
    asio::co_spawn(io, client->request(std::move(request)),
                   [&](std::exception_ptr, Result<HttpResponse>) { ended = true; });
    while (server.connections() == 0)
        io.run_one();
    io.poll();
    CHECK_FALSE(ended);
}

}  // namespace carecloud
