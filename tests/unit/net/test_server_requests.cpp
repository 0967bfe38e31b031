// How HttpServer handles valid requests and the results of its handler.
#include "net/client/http_client.hpp"
#include "net/http_message.hpp"
#include "server_fixture.hpp"
#include "support/http/scripted_server.hpp"

#include <stdexcept>

#include <catch2/catch.hpp>

namespace carecloud {

namespace {

std::string header_of(const std::string& answer, const std::string& name) {
    const auto at = answer.find("\r\n" + name + ": ");
    if (at == std::string::npos || at > answer.find("\r\n\r\n")) return {};
    const auto begin = at + name.size() + 4;
    return answer.substr(begin, answer.find("\r\n", begin) - begin);
}

}  // namespace

TEST_CASE("a connection is kept for many requests") {
    ServerFixture fixture;
    WireClient client(fixture);
    for (int i = 0; i < 3; ++i) {
        const std::string target = "/n/" + std::to_string(i) + "?q=%20";
        REQUIRE(client.send(post_request(target, "body")));
        const std::string answer = client.answer();
        CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
        CHECK(body_of(answer) == "POST " + target + "\nbody");
        CHECK(header_of(answer, "Connection").empty());
        CHECK(header_of(answer, "Server").empty());
        CHECK(parse_http_date(header_of(answer, "Date"), Timestamp{}).has_value());
    }
    CHECK(fixture.counters().connections_accepted == 1);
    CHECK(fixture.counters().requests == 3);
    CHECK(fixture.serves());
}

TEST_CASE("our own client and the server keep a connection") {
    ServerFixture fixture;
    HttpClientSettings settings;
    settings.origin = {.tls = false, .host = "127.0.0.1", .port = fixture.server().port()};
    const auto client = HttpClient::create(fixture.io().get_executor(), settings);
    REQUIRE(client.has_value());
    for (int i = 0; i < 3; ++i) {
        HttpRequest request{.method = "POST", .target = "/a", .body = "b"};
        const Result<HttpResponse> response = run(fixture.io(), (*client)->request(std::move(request)));
        REQUIRE(response.has_value());
        CHECK(response->text() == "POST /a\nb");
    }
    CHECK((*client)->connections_opened() == 1);
}

TEST_CASE("pipelined requests are answered in order") {
    ServerFixture fixture;
    WireClient client(fixture);
    std::string all;
    for (int i = 0; i < 20; ++i) {
        all += "\r\n" + (i % 2 == 0 ? get_request("/" + std::to_string(i))
                                    : post_request("/" + std::to_string(i), std::string(3000, 'x')));
    }
    REQUIRE(client.send(all));
    for (int i = 0; i < 20; ++i) {
        const std::string answer = client.answer();
        CHECK(body_of(answer).find("/" + std::to_string(i) + "\n") != std::string::npos);
    }
    CHECK(fixture.counters().requests == 20);
    CHECK(fixture.serves());
}

TEST_CASE("HEAD gets the head that GET would get") {
    ServerFixture fixture;
    WireClient client(fixture);
    REQUIRE(client.send("HEAD /x HTTP/1.1\r\nHost: x\r\n\r\n" + get_request("/y")));
    CHECK(header_of(client.answer(true), "Content-Length") == "8");
    CHECK(body_of(client.answer()) == "GET /y\n");
}

TEST_CASE("HTTP/1.0 closes unless keep-alive is requested") {
    ServerFixture fixture;
    WireClient kept(fixture);
    REQUIRE(kept.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
    CHECK(header_of(kept.answer(), "Connection") == "keep-alive");
    REQUIRE(kept.send("GET /b HTTP/1.0\r\n\r\n"));
    const std::string last = kept.rest();
    CHECK(header_of(last, "Connection") == "close");
    CHECK(body_of(last) == "GET /b\n");
    CHECK(kept.ended_orderly());
}

TEST_CASE("Connection: close is honored, including the handler's") {
    ServerFixture fixture({}, [](const ServerRequest& request) -> Task<ServerResponse> {
        ServerResponse response = co_await echo_handler(request);
        response.close = request.path() == "/last";
        co_return response;
    });
    WireClient asks(fixture);
    REQUIRE(asks.send(get_request("/a", "Connection: close\r\n")));
    CHECK(header_of(asks.rest(), "Connection") == "close");
    WireClient closing(fixture);
    REQUIRE(closing.send(get_request("/last?x=1")));
    CHECK(header_of(closing.rest(), "Connection") == "close");
}

TEST_CASE("a client that waits for 100 Continue gets it, unless the body is too large") {
    ServerFixture fixture;
    WireClient client(fixture);
    REQUIRE(client.send("POST /a HTTP/1.1\r\nHost: x\r\nExpect: 100-Continue\r\nContent-Length: 4\r\n\r\n"));
    CHECK(client.answer() == "HTTP/1.1 100 Continue\r\n\r\n");
    REQUIRE(client.send("body"));
    CHECK(body_of(client.answer()) == "POST /a\nbody");
    REQUIRE(client.send(post_request("/b", "at once", "Expect: 100-continue\r\n")));
    CHECK(body_of(client.answer()) == "POST /b\nat once");
    REQUIRE(client.send(
        "POST /a HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 4000000\r\n\r\n"));
    CHECK(status_of(client.rest()) == 413);
    WireClient expecting(fixture);
    REQUIRE(expecting.send(get_request("/", "Expect: miracles\r\n")));
    CHECK(status_of(expecting.rest()) == 417);
    CHECK(fixture.serves());
}

TEST_CASE("a chunked body is assembled, whatever its chunks") {
    ServerFixture fixture;
    const std::string head = "POST /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    const std::string body = "5;ext=\"v\"\r\nhello\r\n6\r\n world\r\n0\r\nX-Trailer: 1\r\n\r\n";
    WireClient client(fixture);
    REQUIRE(client.send(head + body + get_request("/next")));
    CHECK(body_of(client.answer()) == "POST /c\nhello world");
    CHECK(body_of(client.answer()) == "GET /next\n");
    std::string both = head;
    both.append(body).append(head).append("0\r\n\r\n");
    for (const char c : both)
        REQUIRE(client.send({&c, 1}));
    CHECK(body_of(client.answer()) == "POST /c\nhello world");
    CHECK(body_of(client.answer()) == "POST /c\n");
}

TEST_CASE("a trailer's fields are not used as headers") {
    ServerFixture fixture({}, [](const ServerRequest& request) -> Task<ServerResponse> {
        ServerResponse response;
        response.body = "[" + std::string(request.header("authorization")) + "]";
        co_return response;
    });
    WireClient client(fixture);
    REQUIRE(
        client.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                    "0\r\nAuthorization: Basic forged\r\n\r\n"));
    CHECK(body_of(client.answer()) == "[]");
}

TEST_CASE("a body of exactly the limit is accepted, and a large response arrives complete") {
    ServerFixture fixture;
    WireClient client(fixture);
    const std::string body(2 * 1024 * 1024, 'b');
    REQUIRE(client.send(post_request("/", body)));
    CHECK(body_of(client.answer()) == "POST /\n" + body);
}

TEST_CASE("the peer is named, and a request's path has no query") {
    ServerFixture fixture({}, [](const ServerRequest& request) -> Task<ServerResponse> {
        ServerResponse response;
        response.body = request.peer + " " + std::string(request.path());
        co_return response;
    });
    WireClient client(fixture);
    REQUIRE(client.send(get_request("http://host.example/a/b?c") + get_request("/d?e?f") +
                        get_request("http://host.example?g")));
    CHECK(client.answer().find("\r\n\r\n127.0.0.1:") != std::string::npos);
    CHECK(client.answer().ends_with(" /d"));
    CHECK(client.answer().ends_with(" /"));
}

TEST_CASE("a handler that throws gives 500, is reported, and the connection continues") {
    ServerFixture fixture({}, [](const ServerRequest& request) -> Task<ServerResponse> {
        if (request.path() == "/throw") throw std::runtime_error("a mistake");
        ServerResponse response = co_await echo_handler(request);
        co_return response;
    });
    WireClient client(fixture);
    REQUIRE(client.send(get_request("/throw")));
    CHECK(status_of(client.answer()) == 500);
    REQUIRE(fixture.errors().size() == 1);
    CHECK(fixture.errors()[0].subject == "unhandled exception: a mistake");
    CHECK(fixture.serves());
}

TEST_CASE("an invalid response of a handler is a 500, and the server sets its framing headers") {
    ServerFixture fixture({}, [](const ServerRequest& request) -> Task<ServerResponse> {
        ServerResponse response = co_await echo_handler(request);
        if (request.path() == "/split") response.headers = {{"X-A", "1\r\nX-B: 2"}};
        if (request.path() == "/name") response.headers = {{"X A", "1"}};
        if (request.path() == "/status") response.status = 42;
        if (request.path() == "/own")
            response.headers = {{"content-length", "1"}, {"Transfer-Encoding", "chunked"}};
        if (request.path() == "/none") response.status = 204;
        co_return response;
    });
    for (const char* path : {"/split", "/name", "/status"}) {
        WireClient client(fixture);
        REQUIRE(client.send(get_request(path)));
        const std::string answer = client.rest();
        CHECK(status_of(answer) == 500);
        CHECK(answer.find("X-B") == std::string::npos);
    }
    CHECK(fixture.errors().size() == 3);
    WireClient client(fixture);
    REQUIRE(client.send(get_request("/own") + get_request("/none") + get_request("/after")));
    CHECK(body_of(client.answer()) == "GET /own\n");
    const std::string none = client.answer();
    CHECK(status_of(none) == 204);
    CHECK(header_of(none, "Content-Length").empty());
    CHECK(body_of(client.answer()) == "GET /after\n");
}

}  // namespace carecloud
