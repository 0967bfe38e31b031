// Requests that are refused before their body is read, and the memory limit for all bodies.
#include "server_fixture.hpp"

#include <memory>
#include <vector>

#include <catch2/catch.hpp>

namespace carecloud {

namespace {

std::string unfinished_post(std::size_t length, std::size_t sent) {
    return "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(length) + "\r\n\r\n" +
           std::string(sent, 'b');
}

HttpServerSettings with_guard(int& asked) {
    HttpServerSettings settings;
    settings.refuse_head = [&asked](const ServerRequest& head) -> std::optional<ServerResponse> {
        ++asked;
        CHECK(head.body.empty());
        CHECK_FALSE(head.peer.empty());
        if (head.header("Authorization") == "good") return std::nullopt;
        return ServerResponse{.status = 401, .body = "who is it?\n"};
    };
    return settings;
}

}  // namespace

TEST_CASE("a head that is refused is answered before its body arrives, and without requesting it") {
    int asked = 0;
    ServerFixture server(with_guard(asked));
    WireClient client(server);
    REQUIRE(client.send(unfinished_post(1'000'000, 0)));
    const std::string answer = client.rest();
    CHECK(status_of(answer) == 401);
    CHECK(answer.find("Connection: close") != std::string::npos);
    WireClient patient(server);
    REQUIRE(patient.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\nExpect: 100-continue\r\n\r\n"));
    CHECK(status_of(patient.rest()) == 401);
    WireClient in_chunks(server);
    REQUIRE(in_chunks.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"));
    CHECK(status_of(in_chunks.rest()) == 401);
    CHECK(asked == 3);
    CHECK(server.counters().requests == 0);

    WireClient good(server);
    REQUIRE(good.send(post_request("/", std::string(100'000, 'b'), "Authorization: good\r\n")));
    CHECK(status_of(good.answer()) == 200);
    CHECK(asked == 4);
}

TEST_CASE("a complete request goes to the handler, and its connection continues") {
    int asked = 0;
    ServerFixture server(with_guard(asked));
    WireClient client(server);
    REQUIRE(client.send(post_request("/a", "small") + get_request("/b")));
    CHECK(status_of(client.answer()) == 200);
    CHECK(status_of(client.answer()) == 200);
    CHECK(asked == 0);
}

TEST_CASE("large bodies share a budget, small ones pass meanwhile, and the memory is released") {
    HttpServerSettings settings;
    settings.limits.bodies_bytes_max = 4 * 1024 * 1024;
    ServerFixture server(std::move(settings));
    std::vector<std::unique_ptr<WireClient>> clients;
    for (int i = 0; i < 8; ++i) {
        clients.push_back(std::make_unique<WireClient>(server));
        clients.back()->send(unfinished_post(2'000'000, 1'500'000));
        CHECK(server.counters().body_bytes <= 4 * 1024 * 1024);
    }
    WireClient late(server);
    late.send(unfinished_post(2'000'000, 1'500'000));
    CHECK(status_of(late.answer()) == 503);
    CHECK(server.counters().requests_refused > 0);
    WireClient small(server);
    REQUIRE(small.send(post_request("/", std::string(60'000, 's'))));
    CHECK(status_of(small.answer()) == 200);

    clients.clear();
    server.run_until([&] { return server.counters().body_bytes == 0; });
    WireClient large(server);
    REQUIRE(large.send(post_request("/", std::string(1'500'000, 'l'))));
    CHECK(status_of(large.answer()) == 200);
    server.run_until([&] { return server.counters().body_bytes == 0; });
}

}  // namespace carecloud
