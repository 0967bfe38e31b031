// Which of several daemons leads, by the leases in memory and one virtual clock for all of them.
#include "support/memory_store/memory_leases.hpp"
#include "support/virtual/virtual_clock.hpp"
#include "sync/leader/leader_election.hpp"

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <catch2/catch.hpp>

namespace carecloud {
namespace {

using namespace std::chrono_literals;

const Timestamp kStart = *Timestamp::parse("2024-03-01T00:00:00Z");

// Leads until it is to stop, and then as long as `stops_after` says.
struct Node : Leader, ElectionObserver {
    Node(VirtualClock& clock, std::shared_ptr<MemoryStoreContent> content, const std::string& name)
        : time(clock),
          leases(content, clock, clock),
          store(content, clock),
          alarm(clock.make_alarm()),
          election(clock, leases, store, *this, *this, {.holder = name, .seed = name.back() * 7U}) {}

    Task<Result<>> lead() override {
        if (thrown) throw std::logic_error("a fault");
        stopping = false;
        running = true;
        while (!stopping)
            co_await alarm->wait_until(Clock::never);
        const MonoTime stops_at = time.now() + stops_after;
        while (time.now() < stops_at)
            co_await alarm->wait_until(stops_at);
        running = false;
        if (end) co_return *end;
        co_return Result<>{};
    }
    void stop_leading() override {
        stopping = true;
        stop_asked_at = time.now();
        alarm->wake();
    }
    void leads(const Lease& lease) override { terms.push_back(lease); }
    void stands_by(const std::optional<Error>& why) override {
        standbys.push_back(why ? std::optional(why->code) : std::nullopt);
    }
    void election_failed(const Error& error) override { failures.push_back(error.code); }

    VirtualClock& time;
    MemoryLeases leases;
    MemoryStore store;
    std::unique_ptr<Alarm> alarm;
    LeaderElection election;
    Duration stops_after{0};
    std::optional<Error> end{};
    bool thrown = false;
    bool stopping = false;
    bool running = false;
    MonoTime stop_asked_at{};
    std::vector<Lease> terms;
    std::vector<std::optional<ErrorCode>> standbys;
    std::vector<ErrorCode> failures;
    bool ended = false;
};

struct Cluster {
    boost::asio::io_context io;
    VirtualClock clock{io, kStart};
    std::shared_ptr<MemoryStoreContent> content = std::make_shared<MemoryStoreContent>();
    std::vector<std::unique_ptr<Node>> nodes;

    Node& start(const std::string& name) {
        nodes.push_back(std::make_unique<Node>(clock, content, name));
        Node& node = *nodes.back();
        boost::asio::co_spawn(io, node.election.run(), [&node](std::exception_ptr thrown) {
            node.ended = true;
            if (thrown) std::rethrow_exception(thrown);
        });
        return node;
    }
    std::size_t leaders() const {
        std::size_t count = 0;
        for (const auto& node : nodes)
            count += node->running;
        return count;
    }
    ~Cluster() {
        for (const auto& node : nodes) {
            node->leases.set_fault_hook({});
            node->election.stop();
        }
        clock.run_for(10s);
    }
};

Error busy() {
    return {.code = ErrorCode::store_busy, .operation = "renew", .subject = "", .hint = ""};
}

}  // namespace

TEST_CASE("one of several daemons leads for as long as it renews its lease, and the others stand by") {
    Cluster cluster;
    Node& a = cluster.start("a");
    Node& b = cluster.start("b");
    Node& c = cluster.start("c");
    for (int i = 0; i < 600; ++i) {
        cluster.clock.run_for(1s);
        REQUIRE(cluster.leaders() == 1);
    }
    CHECK(a.terms.size() == 1);
    CHECK(a.terms.front().fence.token == 1);
    CHECK(a.terms.front().former.empty());
    CHECK(a.store.fence() == a.terms.front().fence);
    CHECK(b.terms.size() + c.terms.size() == 0);
    CHECK(b.standbys == std::vector<std::optional<ErrorCode>>{std::nullopt});  // once
    CHECK(c.standbys.size() == 1);
    CHECK(a.standbys.empty());
}

TEST_CASE("a leader that stops releases its lease, and the next one leads within a second") {
    Cluster cluster;
    Node& a = cluster.start("a");
    Node& b = cluster.start("b");
    cluster.clock.run_for(10s);
    a.stops_after = 3s;
    a.election.stop();
    cluster.clock.run_for(2900ms);
    CHECK(b.terms.empty());  // the lease is renewed while the leader finishes its page
    cluster.clock.run_for(1s);
    CHECK(a.ended);
    CHECK(a.standbys.empty());
    REQUIRE(b.terms.size() == 1);
    CHECK(b.terms.front().fence.token == 2);
    CHECK_FALSE(b.terms.front().unrenewed);
}

TEST_CASE(
    "a leader whose renewals fail gives up four seconds after the last one, before another may take over") {
    Cluster cluster;
    Node& a = cluster.start("a");
    Node& b = cluster.start("b");
    cluster.clock.run_for(10s);
    a.leases.set_fault_hook([](std::string_view) { return std::optional(StoreFault{busy()}); });
    const MonoTime begun = cluster.clock.now();
    REQUIRE(cluster.clock.run_until([&] { return !a.running; }));
    const Duration gave_up = a.stop_asked_at - begun;
    CHECK(gave_up > 2400ms);  // the last renewal was up to 1.5 s earlier
    CHECK(gave_up <= 4s);
    CHECK(a.standbys == std::vector<std::optional<ErrorCode>>{ErrorCode::store_lost});
    CHECK(a.failures == std::vector{ErrorCode::store_busy});  // once
    CHECK(b.terms.empty());
    REQUIRE(cluster.clock.run_until([&] { return !b.terms.empty(); }));
    CHECK(cluster.clock.now() - a.stop_asked_at >= 1s);
    CHECK(cluster.clock.now() - begun <= 6s);
    CHECK(b.terms.front().former == "a");
    REQUIRE(b.terms.front().unrenewed);
    CHECK(*b.terms.front().unrenewed > 5s);
    CHECK(*b.terms.front().unrenewed < 6s);
}

TEST_CASE("a leader stops at once when its lease was taken by another daemon") {
    Cluster cluster;
    Node& a = cluster.start("a");
    cluster.clock.run_for(10s);
    cluster.content->leases["engine"] = {"somebody", 9, kStart + 1h};
    cluster.clock.run_for(1600ms);
    CHECK_FALSE(a.running);
    CHECK(a.standbys == std::vector<std::optional<ErrorCode>>{ErrorCode::store_lost});
    CHECK(cluster.content->leases["engine"].token == 9);  // not released, nor renewed
    CHECK(cluster.content->leases["engine"].expires_at == kStart + 1h);
}

TEST_CASE("renewals that fail for a while cost no lease, and neither does a leader that is slow") {
    Cluster cluster;
    Node& a = cluster.start("a");
    cluster.start("b");
    cluster.clock.run_for(10s);
    int failures = 0;
    a.leases.set_fault_hook([&](std::string_view) {
        return ++failures % 3 == 0 ? std::nullopt : std::optional(StoreFault{busy()});
    });
    cluster.clock.run_for(5min);
    CHECK(a.running);
    CHECK(a.standbys.empty());
    CHECK(a.terms.size() == 1);
}

TEST_CASE("a leader that ends because a write was refused stands by with that error, and may lead again") {
    Cluster cluster;
    Node& a = cluster.start("a");
    cluster.clock.run_for(10s);
    a.end = store_lost_error("commit");
    a.stop_leading();
    cluster.clock.run_for(100ms);
    CHECK(a.standbys == std::vector<std::optional<ErrorCode>>{ErrorCode::store_lost});
    a.end.reset();
    cluster.clock.run_for(6s);
    CHECK(a.terms.size() == 2);
    CHECK(a.terms.back().fence.token == 2);
}

TEST_CASE("a machine that was suspended for longer than the lease leads no more when it wakes") {
    Cluster cluster;
    Node& a = cluster.start("a");
    cluster.clock.run_for(10s);
    a.leases.set_fault_hook([](std::string_view) { return std::optional(StoreFault{busy()}); });
    cluster.clock.suspend(1h);
    cluster.clock.run_for(1s);
    CHECK_FALSE(a.running);
}

TEST_CASE("one attempt to lead: --once ends if another daemon leads") {
    Cluster cluster;
    cluster.start("a");
    cluster.clock.run_for(10s);
    Node other(cluster.clock, cluster.content, "b");
    std::optional<Result<>> ended;
    boost::asio::co_spawn(cluster.io, other.election.run_once(),
                          [&](std::exception_ptr thrown, Result<> end) {
                              if (thrown) std::rethrow_exception(thrown);
                              ended = end;
                          });
    REQUIRE(cluster.clock.run_until([&] { return ended.has_value(); }));
    CHECK(ended->error().code == ErrorCode::store_owned);
    CHECK(other.terms.empty());
}

TEST_CASE("a fault of the leader ends the election") {
    boost::asio::io_context io;
    VirtualClock clock(io, kStart);
    Node a(clock, std::make_shared<MemoryStoreContent>(), "a");
    a.thrown = true;
    std::exception_ptr fault;
    boost::asio::co_spawn(io, a.election.run(), [&](std::exception_ptr thrown) { fault = thrown; });
    clock.run_for(1s);
    REQUIRE(fault);
    CHECK_THROWS_AS(std::rethrow_exception(fault), std::logic_error);
}

}  // namespace carecloud
