// The end of an HttpServer: graceful, by force, or by destruction.
#include "net/server/tls_server.hpp"
#include "server_fixture.hpp"
#include "support/tls/test_certificates.hpp"

#include <chrono>

#include <catch2/catch.hpp>

namespace carecloud {

using namespace std::chrono_literals;

TEST_CASE("stopping an idle server takes no time, also twice") {
    ServerFixture fixture;
    fixture.stop();
    fixture.stop();
    CHECK(fixture.counters().connections_open == 0);
}

TEST_CASE("a request in progress is finished, kept connections end, new ones are refused") {
    WaitingFixture fixture;
    WireClient idle(fixture.server);
    WireClient kept(fixture.server);
    REQUIRE(kept.send(get_request("/kept")));
    CHECK(status_of(kept.answer()) == 200);
    WireClient under_way(fixture.server);
    REQUIRE(under_way.send(get_request("/wait")));
    WireClient partial(fixture.server);
    REQUIRE(partial.send("POST /partial HTTP/1.1\r\nHost: x\r\nContent-Le"));
    fixture.server.run_until([&] {
        const HttpServerCounters counters = fixture.server.counters();
        return counters.requests == 2 && counters.connections_accepted == 4;
    });

    const auto stopped = fixture.server.begin_stop();
    CHECK_THROWS_AS(WireClient(fixture.server), boost::system::system_error);
    CHECK(idle.rest().empty());
    CHECK(kept.rest().empty());
    CHECK_FALSE(*stopped);
    REQUIRE(partial.send("ngth: 1\r\n\r\nx"));
    const std::string late = partial.rest();
    CHECK(body_of(late) == "POST /partial\nx");
    CHECK(late.find("\r\nConnection: close\r\n") != std::string::npos);
    fixture.latch.open();
    const std::string last = under_way.rest();
    CHECK(body_of(last) == "GET /wait\n");
    CHECK(last.find("\r\nConnection: close\r\n") != std::string::npos);
    fixture.server.run_until([&] { return *stopped; });
    CHECK(fixture.finished == 3);
}

TEST_CASE("a client that connected before the stop is still served") {
    ServerFixture fixture;
    WireClient client(fixture);
    fixture.run_until([&] { return fixture.counters().connections_accepted == 1; });
    const auto stopped = fixture.begin_stop();
    REQUIRE(client.send(get_request("/late")));
    CHECK(status_of(client.rest()) == 200);
    fixture.run_until([&] { return *stopped; });
}

TEST_CASE("requests that exceed the grace period are interrupted, their handler is canceled") {
    HttpServerSettings settings;
    settings.timeouts.grace = 50ms;
    WaitingFixture fixture(settings);
    WireClient under_way(fixture.server);
    REQUIRE(under_way.send(get_request("/wait")));
    WireClient partial(fixture.server);
    REQUIRE(partial.send("POST / HTTP/1.1\r\nHos"));
    fixture.server.run_until([&] { return fixture.server.counters().requests == 1; });
    fixture.server.stop();
    CHECK(*fixture.ended == 1);
    CHECK(fixture.finished == 0);
    // No response at all: after a 4xx or 5xx, the sender might think that its request was processed.
    CHECK(under_way.rest().empty());
    CHECK(partial.rest().empty());
    CHECK(fixture.server.errors().empty());
}

TEST_CASE("several callers may wait for the stop") {
    WaitingFixture fixture;
    WireClient under_way(fixture.server);
    REQUIRE(under_way.send(get_request("/wait")));
    fixture.server.run_until([&] { return fixture.server.counters().requests == 1; });
    const auto first = fixture.server.begin_stop();
    const auto second = fixture.server.begin_stop();
    CHECK_FALSE(*first);
    fixture.latch.open();
    fixture.server.run_until([&] { return *first && *second; });
    CHECK(fixture.finished == 1);
}

TEST_CASE("a server destroyed during requests ends them when its context runs") {
    WaitingFixture fixture;
    WireClient idle(fixture.server);
    WireClient under_way(fixture.server);
    REQUIRE(under_way.send(get_request("/wait")));
    fixture.server.run_until([&] { return fixture.server.counters().requests == 1; });
    fixture.server.destroy_server();
    fixture.server.run_until([&] { return *fixture.ended == 1; });
    CHECK(fixture.finished == 0);
    CHECK(under_way.rest().empty());
    CHECK(idle.rest().empty());
}

TEST_CASE("a server destroyed during requests leaks nothing if its context never runs again") {
    std::shared_ptr<int> ended;
    {
        TestAuthority authority("Test CA");
        const TestCertificate pair = authority.issue({});
        const TempFile certificate(pair.certificate_pem);
        const TempFile key(pair.key_pem);
        HttpServerSettings settings;
        settings.tls = *make_server_tls(certificate.path(), key.path());
        WaitingFixture fixture(settings);
        ended = fixture.ended;
        WireClient under_way(fixture.server);
        REQUIRE(under_way.secure(authority.certificate_pem()));
        REQUIRE(under_way.send(get_request("/wait")));
        WireClient handshaking(fixture.server);
        REQUIRE(handshaking.send(std::string("\x16\x03\x01\x02\x00", 5)));
        WireClient untouched(fixture.server);
        fixture.server.run_until([&] { return fixture.server.counters().requests == 1; });
        CHECK(*ended == 0);
    }
    CHECK(*ended == 1);
}

}  // namespace carecloud
