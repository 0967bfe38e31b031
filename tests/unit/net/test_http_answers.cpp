// All ways to frame a response, and all ways in which it can be wrong.
#include "client_fixture.hpp"

#include <catch2/catch.hpp>

namespace carecloud {

namespace asio = boost::asio;

namespace {

// The body, or "code: subject".
std::string outcome(const Result<HttpResponse>& response) {
    if (response) return std::string(response->text());
    return std::string(to_string(response.error().code)) + ": " + response.error().subject;
}

std::string outcome_of(std::string answer) {
    return outcome(answer_of(std::move(answer)));
}

bool begins(const std::string& text, std::string_view with) {
    return text.rfind(with, 0) == 0;
}
bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

std::string chunked(std::string_view text, std::size_t chunk) {
    std::string out = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    while (!text.empty()) {
        const std::string_view part = text.substr(0, chunk);
        char size[16];
        std::snprintf(size, sizeof size, "%zx\r\n", part.size());
        out += size;
        out += part;
        out += "\r\n";
        text.remove_prefix(part.size());
    }
    return out + "0\r\nTrailer: x\r\n\r\n";
}

}  // namespace

TEST_CASE("a body by length, by chunks, by the connection's end, or none") {
    std::string big(3'000'000, ' ');
    for (std::size_t i = 0; i < big.size(); ++i)
        big[i] = static_cast<char>('a' + i % 23);
    CHECK(outcome_of(http_ok("")) == "");
    CHECK((outcome_of(http_ok(big)) == big));
    CHECK((outcome_of(chunked(big, 1000)) == big));
    CHECK((outcome_of(chunked(big, 700'000)) == big));
    CHECK(outcome_of(chunked("", 1)) == "");
    CHECK((outcome_of("HTTP/1.1 200 OK\r\n\r\n" + big) == big));
    CHECK(outcome_of("HTTP/1.0 200 OK\r\n\r\nold") == "old");
    CHECK(outcome_of("HTTP/1.1 204 No Content\r\nContent-Length: 9\r\n\r\n") == "");
    CHECK(outcome_of("HTTP/1.1 304 Not Modified\r\n\r\n") == "");
}

TEST_CASE("an empty body is still a buffer with its padding") {
    const auto response = answer_of("HTTP/1.1 204 No Content\r\n\r\n");
    REQUIRE(response.has_value());
    REQUIRE(response->body != nullptr);
    CHECK(response->size == 0);
}

TEST_CASE("interim responses are skipped, up to a limit") {
    CHECK(outcome_of("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" +
                     http_ok("good")) == "good");
    std::string many;
    for (int i = 0; i < 100; ++i)
        many += "HTTP/1.1 100 Continue\r\n\r\n";
    CHECK(begins(outcome_of(many + http_ok("good")), "bad_response"));
    CHECK(begins(outcome_of("HTTP/1.1 101 Switching Protocols\r\n\r\n"), "bad_response"));
}

TEST_CASE("a body that ends too soon is reported as truncated, with the count") {
    const std::string out = outcome_of("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n0123456789");
    CHECK(begins(out, "bad_response"));
    CHECK(has(out, "response truncated after 10 bytes"));
    CHECK(
        begins(outcome_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel"), "bad_response"));
    CHECK(begins(outcome_of("HTTP/1.1 200 OK\r\nContent-Len"), "bad_response"));
}

TEST_CASE("an oversized response names the limit, whether its length was announced or not") {
    boost::asio::io_context io;
    for (const std::string& answer : {http_ok(std::string(1001, 'a')), chunked(std::string(1001, 'a'), 100),
                                      "HTTP/1.1 200 OK\r\n\r\n" + std::string(1001, 'a')}) {
        ScriptedServer server(io, [answer](Peer& peer) -> Task<> {
            const std::string request = co_await peer.read_request();
            const bool written = co_await peer.write(answer);
            if (!written) peer.close();
        });
        HttpClientSettings settings = settings_for(server);
        settings.response_bytes_max = 1000;
        const auto client = make_client(io, settings);
        const std::string out = outcome(get(io, *client));
        INFO(out);
        CHECK(begins(out, "too_large"));
        CHECK(has(out, "larger than 1000 bytes"));
    }
}

TEST_CASE("a status line may end after the status code") {
    CHECK(outcome_of("HTTP/1.1 200\r\nContent-Length: 4\r\n\r\ngood") == "good");
    CHECK(outcome_of("HTTP/1.0 200\r\n\r\ngood") == "good");
    CHECK(outcome_of("HTTP/1.1 100\r\n\r\nHTTP/1.1 200\r\nContent-Length: 4\r\n\r\ngood") == "good");
    CHECK(outcome_of("HTTP/1.1 200 \r\nContent-Length: 4\r\n\r\ngood") == "good");
    CHECK(begins(outcome_of("HTTP/1.1 20\r\n\r\n"), "bad_response"));
    CHECK(begins(outcome_of("HTTP/1.1 abc\r\n\r\n"), "bad_response"));
    CHECK(begins(outcome_of("HTTP/1.1 2000\r\n\r\n"), "bad_response"));
    const auto refused = answer_of("HTTP/1.1 503\r\nContent-Length: 0\r\n\r\n");
    REQUIRE(refused.has_value());
    CHECK(refused->status == 503);
}

TEST_CASE("anything but HTTP is a bad response") {
    CHECK(begins(outcome_of("SSH-2.0-OpenSSH_9.2p1\r\n"), "bad_response"));
    CHECK(begins(outcome_of(std::string("\0\1\2\3\xff\xfe", 6)), "bad_response"));
    CHECK(begins(outcome_of("HTTP/2 200 OK\r\n\r\n"), "bad_response"));
    CHECK(begins(outcome_of("HTTP/1.1 2000 OK\r\n\r\n"), "bad_response"));
    CHECK(begins(outcome_of("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"), "bad_response"));
    CHECK(begins(outcome_of("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"),
                 "bad_response"));
    CHECK(begins(outcome_of("HTTP/1.1 200 OK\r\nbroken header\r\n\r\n"), "bad_response"));
    CHECK(begins(outcome_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), "bad_response"));
}

TEST_CASE("a head of 100 KiB is refused, one of 60 KiB is accepted") {
    const std::string long_head = outcome_of(http_ok("good", "X: " + std::string(100 * 1024, 'a') + "\r\n"));
    CHECK(begins(long_head, "bad_response"));
    CHECK(has(long_head, "64 KiB"));
    CHECK(outcome_of(http_ok("good", "X: " + std::string(60 * 1024, 'a') + "\r\n")) == "good");
}

TEST_CASE("33 MiB are too large, in every framing") {
    const std::string big(33 << 20, 'a');
    CHECK(begins(outcome_of(http_ok(big)), "too_large"));
    CHECK(begins(outcome_of("HTTP/1.1 200 OK\r\n\r\n" + big), "too_large"));
    CHECK(begins(outcome_of(chunked(big, 1 << 20)), "too_large"));
    CHECK(begins(outcome_of(http_ok(gzip(big), "Content-Encoding: gzip\r\n")), "too_large"));
    CHECK(begins(outcome_of("HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551615\r\n\r\n"), "too_large"));
    const std::string most(32 << 20, 'a');
    CHECK((outcome_of(http_ok(most)) == most));
}

TEST_CASE("gzip is inflated; damaged data or another coding is a bad response") {
    const std::string text(200'000, 'q');
    const std::string wire = gzip(text);
    CHECK((outcome_of(http_ok(wire, "Content-Encoding: gzip\r\n")) == text));
    CHECK((outcome_of(http_ok(wire, "content-encoding: X-GZIP\r\n")) == text));
    CHECK(outcome_of(http_ok("plain", "Content-Encoding: identity\r\n")) == "plain");
    CHECK(begins(outcome_of(http_ok(wire.substr(0, wire.size() / 2), "Content-Encoding: gzip\r\n")),
                 "bad_response"));
    std::string damaged = wire;
    damaged[damaged.size() / 2] = static_cast<char>(damaged[damaged.size() / 2] ^ 0x55);
    CHECK(begins(outcome_of(http_ok(damaged, "Content-Encoding: gzip\r\n")), "bad_response"));
    CHECK(begins(outcome_of(http_ok("", "Content-Encoding: gzip\r\n")), "bad_response"));
    CHECK(begins(outcome_of(http_ok("x", "Content-Encoding: br\r\n")), "bad_response"));
    CHECK(begins(outcome_of(http_ok("x", "Content-Encoding: gzip, gzip\r\n")), "bad_response"));
}

TEST_CASE("a refusal keeps its status even if its body cannot be inflated") {
    const auto response = answer_of(http_answer("503 Service Unavailable", "x", "Content-Encoding: br\r\n"));
    REQUIRE(response.has_value());
    CHECK(response->status == 503);
    CHECK(response->size == 0);
    CHECK(response->body != nullptr);
}

TEST_CASE("a reset within a body fails the response") {
    asio::io_context io;
    ScriptedServer server(io, [](Peer& peer) -> Task<> {
        const std::string request = co_await peer.read_request();
        const std::string part = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n0123456789";
        co_await peer.write(part);
        peer.reset();
    });
    const auto client = make_client(io, settings_for(server));
    const auto response = get(io, *client);
    REQUIRE_FALSE(response.has_value());
    CHECK(response.error().code == ErrorCode::unreachable);
    CHECK(server.connections() == 1);
}

}  // namespace carecloud
