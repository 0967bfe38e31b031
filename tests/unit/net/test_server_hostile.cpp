// Invalid, oversized and slow requests: each is refused with a response, and the server continues.
#include "server_fixture.hpp"

#include <chrono>
#include <string>

#include <catch2/catch.hpp>

namespace carecloud {

using namespace std::chrono_literals;
using namespace std::string_literals;

namespace {

struct BadRequest {
    std::string name;
    std::string bytes;
    int status;
};

std::vector<BadRequest> bad_requests() {
    const std::string chunked = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    const std::string host = " / HTTP/1.1\r\nHost: x\r\n";
    return {
        {"no HTTP", "hello there\r\n\r\n", 400},
        {"no version", "GET /\r\n\r\n", 400},
        {"another protocol", "GET / RTSP/1.0\r\n\r\n", 400},
        {"blanks in the target", "GET /a;DROP TABLE b HTTP/1.1\r\nHost: x\r\n\r\n", 400},
        {"HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
        {"HTTP/1.2", "GET / HTTP/1.2\r\nHost: x\r\n\r\n", 505},
        {"a bare line feed", "GET" + host + "A: b\n\r\n", 400},
        {"a bare carriage return", "GET" + host + "A: b\rC: d\r\n\r\n", 400},
        {"NUL in a value", "GET" + host + "A: b\0c\r\n\r\n"s, 400},
        {"NUL in a name", "GET" + host + "A\0: b\r\n\r\n"s, 400},
        {"NUL in the target", "GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n"s, 400},
        {"a control character", "GET" + host + "A: \x01\r\n\r\n", 400},
        {"DEL in the target", "GET /\x7f HTTP/1.1\r\nHost: x\r\n\r\n", 400},
        {"a target that is not ASCII", "GET /\xc3\xa4 HTTP/1.1\r\nHost: x\r\n\r\n", 400},
        {"a blank before the colon", "GET" + host + "A : b\r\n\r\n", 400},
        {"no name", "GET" + host + ": b\r\n\r\n", 400},
        {"no Host", "GET / HTTP/1.1\r\n\r\n", 400},
        {"two Hosts", "GET" + host + "Host: y\r\n\r\n", 400},
        {"two lengths", "POST" + host + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400},
        {"a list of lengths", "POST" + host + "Content-Length: 1, 2\r\n\r\nab", 400},
        {"a negative length", "POST" + host + "Content-Length: -1\r\n\r\n", 400},
        {"a length with a sign", "POST" + host + "Content-Length: +1\r\n\r\na", 400},
        {"a length that is no number", "POST" + host + "Content-Length: 0x1\r\n\r\na", 400},
        {"a length past 64 bits", "POST" + host + "Content-Length: 18446744073709551616\r\n\r\n", 400},
        {"length and chunks",
         "POST" + host + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
        {"chunks and length",
         "POST" + host + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", 400},
        {"length and an unknown coding",
         "POST" + host + "Transfer-Encoding: x\r\nContent-Length: 5\r\n\r\nabcde", 400},
        {"an unknown coding", "POST" + host + "Transfer-Encoding: gzip\r\n\r\n", 501},
        {"chunks of gzip", "POST" + host + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501},
        {"chunked not last", "POST" + host + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", 501},
        {"two codings", "POST" + host + "Transfer-Encoding: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
         400},
        {"chunks in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
        {"a chunk's size that is none", chunked + "xyz\r\n", 400},
        {"a negative chunk", chunked + "-1\r\nab\r\n", 400},
        {"a chunk's size past 64 bits", chunked + "11111111111111111\r\n", 400},
        {"a chunk longer than it says", chunked + "1\r\nabc\r\n0\r\n\r\n", 400},
        {"a bad extension", chunked + "1;=\r\na\r\n0\r\n\r\n", 400},
        {"an endless extension", chunked + "1;" + std::string(40000, 'e'), 400},
        {"an endless trailer", chunked + "0\r\nA: " + std::string(40000, 't'), 400},
        {"a bad trailer", chunked + "0\r\nContent-Length: 7\r\n\r\n", 400},
        {"a length too large", "POST" + host + "Content-Length: 2097153\r\n\r\n", 413},
        {"a chunk too large", chunked + "200001\r\n", 413},
        {"a header of 64 KiB", "GET" + host + "A: " + std::string(64 * 1024, 'a') + "\r\n\r\n", 431},
        {"a target of 64 KiB", "GET /" + std::string(64 * 1024, 'a') + " HTTP/1.1\r\n", 431},
        {"a method of 64 KiB", std::string(64 * 1024, 'A'), 431},
    };
}

// Short, but not too short for a correct client on a busy machine.
HttpServerSettings short_times() {
    HttpServerSettings settings;
    settings.timeouts.head = 1s;
    settings.timeouts.body = 1s;
    settings.timeouts.idle = 1s;
    settings.timeouts.write = 1s;
    settings.timeouts.linger = 1s;
    settings.limits.head_bytes_max = 16 * 1024 * 1024;
    return settings;
}

}  // namespace

TEST_CASE("a bad request is refused, and the connection ends") {
    ServerFixture fixture;
    for (const BadRequest& bad : bad_requests()) {
        INFO(bad.name);
        WireClient client(fixture);
        // The second would be answered if the first were misinterpreted.
        client.send(bad.bytes);
        client.send(get_request("/smuggled"));
        client.end_sending();
        const std::string answer = client.rest();
        CHECK(status_of(answer) == bad.status);
        CHECK(answer.find("\r\nConnection: close\r\n") != std::string::npos);
        CHECK(answer.find("smuggled") == std::string::npos);
        CHECK(client.ended_orderly());
    }
    CHECK(fixture.counters().requests == 0);
    CHECK(fixture.counters().requests_refused == bad_requests().size());
    CHECK(fixture.serves());
}

TEST_CASE("2 MiB and one byte are refused, and the client can read why") {
    ServerFixture fixture;
    const std::string body(2 * 1024 * 1024 + 1, 'x');
    WireClient announced(fixture);
    REQUIRE(announced.send(post_request("/", body)));
    CHECK(status_of(announced.answer()) == 413);
    WireClient chunked(fixture);
    REQUIRE(chunked.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"));
    const std::string chunk = "10000\r\n" + std::string(0x10000, 'x') + "\r\n";
    for (int i = 0; i < 32; ++i)
        REQUIRE(chunked.send(chunk));
    REQUIRE(chunked.send("1\r\nx\r\n"));
    CHECK(status_of(chunked.answer()) == 413);
    CHECK(fixture.counters().requests == 0);
    CHECK(fixture.serves());
}

TEST_CASE("headers that arrive one by one share one timeout") {
    ServerFixture fixture;
    WireClient client(fixture);
    REQUIRE(client.send("GET / HTTP/1.1\r\nHost: x\r\nA"));
    const std::string line = ": " + std::string(1000, 'a') + "\r\nA";
    // Each write ends one byte into a line, where Beast 1.81 would restart its count.
    for (int i = 0; i < 17; ++i) {
        client.send(line);
        fixture.io().poll();
    }
    CHECK(status_of(client.answer()) == 431);
    CHECK(fixture.serves());
}

TEST_CASE("a slow head is interrupted by its total timeout") {
    ServerFixture fixture(short_times());
    WireClient client(fixture);
    REQUIRE(client.send("GET / HTTP/1.1\r\nHost: x\r\nA: "));
    while (fixture.counters().requests_refused == 0) {
        client.send("a");
        fixture.io().poll();
    }
    CHECK(status_of(client.rest()) == 503);
    fixture.run_until([&] { return fixture.counters().connections_open == 0; });
    CHECK(fixture.serves());
}

TEST_CASE("a slow body is interrupted by its total timeout") {
    ServerFixture fixture(short_times());
    WireClient client(fixture);
    REQUIRE(client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000\r\n\r\n"));
    while (fixture.counters().requests_refused == 0) {
        client.send("a");
        fixture.io().poll();
    }
    CHECK(status_of(client.rest()) == 503);
    WireClient chunked(fixture);
    REQUIRE(chunked.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"));
    CHECK(status_of(chunked.rest()) == 503);
    CHECK(fixture.counters().requests == 0);
    CHECK(fixture.serves());
}

TEST_CASE("a client that sends nothing, or only empty lines, is disconnected without a response") {
    ServerFixture fixture(short_times());
    WireClient silent(fixture);
    WireClient empty(fixture);
    REQUIRE(empty.send("\r\n\r\n\r"));
    WireClient served(fixture);
    REQUIRE(served.send(get_request("/once")));
    CHECK(status_of(served.answer()) == 200);
    CHECK(silent.rest().empty());
    CHECK(silent.ended_orderly());
    CHECK(served.rest().empty());
    CHECK(empty.rest().empty());
    CHECK(fixture.serves());
}

TEST_CASE("a client that does not read its response is disconnected") {
    ServerFixture fixture(short_times(), [](const ServerRequest&) -> Task<ServerResponse> {
        ServerResponse response;
        response.body.assign(64 * 1024 * 1024, 'x');
        co_return response;
    });
    WireClient client(fixture);
    REQUIRE(client.send(get_request("/")));
    fixture.run_until([&] { return fixture.counters().requests == 1; });
    fixture.run_until([&] { return fixture.counters().connections_open == 0; });
    CHECK(client.rest().size() < 64 * 1024 * 1024);
}

TEST_CASE("a half-closed client gets its response, a truncated request its refusal") {
    ServerFixture fixture;
    WireClient whole(fixture);
    REQUIRE(whole.send(post_request("/a", "b")));
    whole.end_sending();
    CHECK(body_of(whole.rest()) == "POST /a\nb");
    WireClient half(fixture);
    REQUIRE(half.send("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nab"));
    half.end_sending();
    CHECK(status_of(half.rest()) == 400);
    WireClient nothing(fixture);
    nothing.end_sending();
    CHECK(nothing.rest().empty());
    CHECK(fixture.counters().requests == 1);
    CHECK(fixture.serves());
}

TEST_CASE("a client that resets, before or during its response, does no harm") {
    ServerFixture fixture({}, [](const ServerRequest& request) -> Task<ServerResponse> {
        ServerResponse response = co_await echo_handler(request);
        if (request.path() == "/large") response.body.assign(16 * 1024 * 1024, 'x');
        co_return response;
    });
    WireClient before(fixture);
    REQUIRE(before.send(get_request("/large")));
    before.reset();
    WireClient amid(fixture);
    REQUIRE(amid.send(get_request("/large")));
    fixture.run_until([&] { return fixture.counters().requests == 2; });
    fixture.io().poll();
    amid.reset();
    WireClient early(fixture);
    REQUIRE(early.send("POST / HTT"));
    early.reset();
    fixture.run_until([&] { return fixture.counters().connections_open == 0; });
    CHECK(fixture.errors().empty());
    CHECK(fixture.serves());
}

}  // namespace carecloud
