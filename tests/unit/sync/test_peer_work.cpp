// What daemons on one store do for each other: events, requests, and the list of them.
#include "support/memory_inbox/memory_peers.hpp"
#include "support/memory_store/memory_leases.hpp"
#include "sync/leader/heartbeat.hpp"
#include "sync/leader/peer_work.hpp"
#include "sync/leader/request_relay.hpp"
#include "unit/sync/world.hpp"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

namespace carecloud {

using namespace std::chrono_literals;

namespace {

struct Handler : PeerHandler {
    explicit Handler(Clock& clock) : time(clock) {}

    void event_arrived(std::string_view stream) override { arrived.emplace_back(stream); }
    Task<std::string> carry_out(std::string request) override {
        done.push_back(request);
        const MonoTime until = time.now() + takes;
        const auto alarm = time.make_alarm();
        co_await alarm->wait_until(until);
        co_return request + " is done";
    }

    Clock& time;
    Duration takes{0};
    std::vector<std::string> arrived;
    std::vector<std::string> done;
};

struct PeerWorld : World {
    PeerWorld() {
        boost::asio::co_spawn(io, work.run(), [](const std::exception_ptr& thrown) {
            if (thrown) std::rethrow_exception(thrown);
        });
    }
    ~PeerWorld() {
        work.stop();
        clock.run_for(1min);
    }
    void ask(const std::string& request, Duration patience = 5s) {
        boost::asio::co_spawn(io, relay.ask(request, patience),
                              [this](const std::exception_ptr& thrown, auto answer) {
                                  if (thrown) std::rethrow_exception(thrown);
                                  answers.push_back(answer.value());
                              });
    }

    std::shared_ptr<MemoryPeersContent> peers_content = std::make_shared<MemoryPeersContent>();
    MemoryPeers peers{peers_content, inbox_content, clock};        // of the leader
    MemoryPeers other_peers{peers_content, inbox_content, clock};  // of a standby
    Handler handler{clock};
    PeerWork work{clock, peers, handler};
    RequestRelay relay{clock, other_peers};
    std::vector<std::optional<std::string>> answers;
};

}  // namespace

TEST_CASE("the leader learns within a second of events that another daemon received") {
    PeerWorld world;
    world.announce(1);
    world.work.set_leading(true);
    world.clock.run_for(3s);
    CHECK(world.handler.arrived.empty());  // the engine's first pass finds them
    world.announce(2);
    world.announce(3);
    world.clock.run_for(1s);
    CHECK(world.handler.arrived == std::vector<std::string>{kEntity});
    world.clock.run_for(10s);
    CHECK(world.handler.arrived.size() == 1);  // once
    world.work.set_leading(false);
    world.announce(4);
    world.clock.run_for(10s);
    CHECK(world.handler.arrived.size() == 1);
}

TEST_CASE("a standby's request is carried out once by the leader, and its answer comes back") {
    PeerWorld world;
    world.work.set_leading(true);
    world.clock.run_for(1s);
    world.ask("sync");
    world.clock.run_for(2s);
    CHECK(world.handler.done == std::vector<std::string>{"sync"});
    CHECK(world.answers == std::vector<std::optional<std::string>>{"sync is done"});
    CHECK(world.peers_content->requests.empty());
}

TEST_CASE("a hint makes both sides quick") {
    PeerWorld world;
    world.work.set_leading(true);
    world.clock.run_for(100ms);
    world.ask("sync");
    world.clock.run_for(10ms);
    world.work.hint();
    world.clock.run_for(10ms);
    world.relay.hint();
    world.clock.run_for(10ms);
    CHECK(world.answers.size() == 1);
}

TEST_CASE("a request that no leader carries out is withdrawn, and a later leader does not carry it out") {
    PeerWorld world;
    world.ask("sync", 5s);
    world.clock.run_for(4900ms);
    CHECK(world.answers.empty());
    world.clock.run_for(200ms);
    CHECK(world.answers == std::vector<std::optional<std::string>>{std::nullopt});
    world.work.set_leading(true);
    world.clock.run_for(5s);
    CHECK(world.handler.done.empty());
}

TEST_CASE("a request that takes long delays no other") {
    PeerWorld world;
    world.work.set_leading(true);
    world.handler.takes = 30s;
    world.ask("slow", 1min);
    world.clock.run_for(2s);
    world.handler.takes = 0s;
    world.ask("quick");
    world.clock.run_for(2s);
    CHECK(world.answers == std::vector<std::optional<std::string>>{"quick is done"});
    world.clock.run_for(30s);
    CHECK(world.answers.size() == 2);
    CHECK(world.handler.done.size() == 2);
}

TEST_CASE(
    "an answer of a leader that has lost its lease is not written: the next one carries the request out") {
    PeerWorld world;
    world.content->leases["engine"] = {.holder = "a", .token = 1};
    world.store->set_fence(Fence{"engine", "a", 1});
    world.peers.share_fence(*world.store);
    world.work.set_leading(true);
    world.handler.takes = 3s;
    world.ask("sync", 20s);
    world.clock.run_for(2s);
    CHECK(world.handler.done.size() == 1);
    world.content->leases["engine"] = {.holder = "b", .token = 2};
    world.work.set_leading(false);
    world.clock.run_for(5s);
    CHECK(world.answers.empty());
    world.store->set_fence(Fence{"engine", "b", 2});  // as if it were that daemon's
    world.work.set_leading(true);
    world.clock.run_for(5s);
    CHECK(world.handler.done.size() == 2);
    CHECK(world.answers.size() == 1);
}

TEST_CASE("a leader that loses its lease while it looks up requests carries none of them out") {
    PeerWorld world;
    world.ask("sync");
    world.clock.run_for(1s);
    world.peers.set_fault_hook([&](std::string_view operation) {
        if (operation == "open_requests") world.work.set_leading(false);
        return std::optional<StoreFault>();
    });
    world.work.set_leading(true);
    world.clock.run_for(2s);
    CHECK(world.handler.done.empty());
}

TEST_CASE("every daemon is listed with its role and its start, until it ends or is not seen for an hour") {
    World world;
    auto content = std::make_shared<MemoryPeersContent>();
    MemoryPeers peers(content, world.inbox_content, world.clock);
    Heartbeat a(world.clock, peers, {.id = "a:1:x", .host = "a", .pid = 1, .version = "1.0"});
    Heartbeat b(world.clock, peers, {.id = "b:2:y", .host = "b", .pid = 2, .version = "1.0"});
    bool a_ended = false;
    for (Heartbeat* const one : {&b, &a}) {
        boost::asio::co_spawn(world.io, one->run(), [&, one](const std::exception_ptr& thrown) {
            if (thrown) std::rethrow_exception(thrown);
            a_ended = a_ended || one == &a;
        });
    }
    const auto list = [&] {
        std::optional<std::vector<DaemonRow>> rows;
        boost::asio::co_spawn(world.io, peers.daemons(),
                              [&](const std::exception_ptr&, auto found) { rows = found.value(); });
        REQUIRE(world.clock.run_until([&] { return rows.has_value(); }));
        return *rows;
    };
    world.clock.run_for(10s);
    const Timestamp turned = world.clock.wall();
    a.set_role(DaemonRole::active);
    world.clock.run_for(5s);
    auto rows = list();
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].daemon.host == "a");
    CHECK(rows[0].daemon.role == DaemonRole::active);
    CHECK(rows[0].since == turned.to_string_ms());
    CHECK(rows[0].unseen <= 2s);
    CHECK(rows[1].daemon.role == DaemonRole::standby);
    peers.set_fault_hook([](std::string_view operation) {
        return operation == "announce" ? std::optional(StoreFault{Error{}}) : std::nullopt;
    });
    world.clock.run_for(1min);
    rows = list();
    REQUIRE(rows.size() == 2);
    CHECK(rows[0].unseen > 50s);
    world.clock.run_for(1h);
    CHECK(list().empty());
    peers.set_fault_hook({});
    world.clock.run_for(3s);
    CHECK(list().size() == 2);
    a.stop();
    world.clock.run_for(1s);
    CHECK(a_ended);
    CHECK(list().size() == 1);
    b.stop();
    world.clock.run_for(1s);
}

}  // namespace carecloud
