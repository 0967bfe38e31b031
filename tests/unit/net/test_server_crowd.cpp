// More connections than allowed, and more than there are descriptors.
#include "server_fixture.hpp"

#include <algorithm>
#include <chrono>
#include <deque>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <catch2/catch.hpp>

namespace carecloud {

using namespace std::chrono_literals;

namespace {

// Limits the descriptors of this process, until the end of the scope.
class DescriptorLimit {
  public:
    explicit DescriptorLimit(rlim_t wanted) {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        const rlimit now{std::min(wanted, before_.rlim_max), before_.rlim_max};
        ::setrlimit(RLIMIT_NOFILE, &now);
    }
    ~DescriptorLimit() { ::setrlimit(RLIMIT_NOFILE, &before_); }
    DescriptorLimit(const DescriptorLimit&) = delete;
    DescriptorLimit& operator=(const DescriptorLimit&) = delete;

  private:
    rlimit before_{};
};

int lowest_free_descriptor() {
    const int descriptor = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    ::close(descriptor);
    return descriptor;
}

}  // namespace

TEST_CASE("of a thousand idle connections the oldest are closed, and others are served") {
    constexpr std::size_t crowd = 1000;
    constexpr std::size_t room = 100;
    const DescriptorLimit limit(4096);
    HttpServerSettings settings;
    settings.limits.connections_max = room;
    ServerFixture fixture(settings);
    std::deque<WireClient> clients;
    for (std::size_t i = 0; i < crowd; ++i) {
        WireClient& client = clients.emplace_back(fixture);
        // Every second client has begun a request that it never finishes.
        if (i % 2 == 1) client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc");
        fixture.run_until([&] { return fixture.counters().connections_accepted == i + 1; });
        fixture.io().poll();
        REQUIRE(fixture.counters().connections_open <= room);
    }
    CHECK(fixture.counters().connections_evicted == crowd - room);
    CHECK(fixture.serves());
    CHECK(clients.front().closed());
    CHECK(clients[crowd - room - 1].closed());
    CHECK_FALSE(clients[crowd - room + 1].closed());
    REQUIRE(clients.back().send("defghi"));
    CHECK(body_of(clients.back().answer()) == "POST /\nabcdefghi");
    CHECK(fixture.counters().requests == 2);
}

TEST_CASE("a connection that was just served counts as younger than one that waits longer") {
    HttpServerSettings settings;
    settings.limits.connections_max = 2;
    ServerFixture fixture(settings);
    WireClient first(fixture);
    REQUIRE(first.send(get_request("/1")));
    CHECK(status_of(first.answer()) == 200);
    WireClient second(fixture);
    fixture.run_until([&] { return fixture.counters().connections_open == 2; });
    REQUIRE(first.send(get_request("/2")));
    CHECK(status_of(first.answer()) == 200);
    CHECK(fixture.serves());
    CHECK(second.rest().empty());
    CHECK_FALSE(first.closed());
}

TEST_CASE("if all connections are busy, a new one waits for one of them") {
    HttpServerSettings settings;
    settings.limits.connections_max = 2;
    WaitingFixture waiting(settings);
    ServerFixture& fixture = waiting.server;
    WireClient one(fixture);
    WireClient two(fixture);
    REQUIRE(one.send(get_request("/wait")));
    REQUIRE(two.send(get_request("/wait")));
    fixture.run_until([&] { return fixture.counters().requests == 2; });
    WireClient three(fixture);
    REQUIRE(three.send(get_request("/three")));
    fixture.run_until([&] { return fixture.counters().connections_accepted == 3; });
    fixture.io().poll();
    CHECK(fixture.counters().requests == 2);
    CHECK(fixture.counters().connections_evicted == 0);
    waiting.latch.open();
    CHECK(body_of(three.answer()) == "GET /three\n");
    CHECK(body_of(one.answer()) == "GET /wait\n");
    CHECK(fixture.serves());
}

TEST_CASE("without a free descriptor the server reports it once, and continues when there is one") {
    HttpServerSettings settings;
    settings.timeouts.accept_pause = 1ms;
    ServerFixture fixture(settings);
    CHECK(fixture.serves());
    fixture.run_until([&] { return fixture.counters().connections_open == 0; });
    WireClient client(fixture);
    {
        const DescriptorLimit limit(static_cast<rlim_t>(lowest_free_descriptor()));
        fixture.run_until([&] { return fixture.counters().accepts_failed >= 3; });
    }
    REQUIRE(fixture.errors().size() == 1);
    CHECK(fixture.errors()[0].subject.find("cannot accept connections: ") != std::string::npos);
    CHECK(fixture.errors()[0].hint.find("LimitNOFILE") != std::string::npos);
    REQUIRE(client.send(get_request("/late")));
    CHECK(body_of(client.answer()) == "GET /late\n");
    CHECK(fixture.serves());
}

TEST_CASE("if descriptors run out, the oldest idle connection is closed") {
    HttpServerSettings settings;
    settings.timeouts.accept_pause = 1ms;
    ServerFixture fixture(settings);
    {
        // The undefined-behavior sanitizer needs descriptors when it sees a type for the first time: here it sees those
        // of an eviction. Nothing is checked below while there are none.
        settings.limits.connections_max = 1;
        ServerFixture small(settings);
        const WireClient evicted(small);
        REQUIRE(small.serves());
        REQUIRE(small.counters().connections_evicted == 1);
    }
    WireClient idle(fixture);
    fixture.run_until([&] { return fixture.counters().connections_open == 1; });
    WireClient client(fixture);
    std::string answer;
    {
        const DescriptorLimit limit(static_cast<rlim_t>(lowest_free_descriptor()));
        client.send(get_request("/in/its/place"));
        answer = client.answer();
    }
    CHECK(body_of(answer) == "GET /in/its/place\n");
    CHECK(idle.closed());
    CHECK(fixture.counters().connections_evicted == 1);
}

}  // namespace carecloud
