#include "open_store.hpp"
#include "store/postgres/postgres_leases.hpp"
#include "store/postgres/postgres_peers.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/transaction.hpp"

#include <array>
#include <future>
#include <optional>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

namespace carecloud {
namespace {

struct LeaseSite : StoreSite {
    LeaseSite() : StoreSite(PostgresCluster::shared().fresh_database()) { open(); }

    Result<std::optional<Lease>> take(const std::string& holder) {
        return run_task(io, leases.take(std::string(kEngineLease), holder));
    }
    Result<Lease> renew(const Lease& lease) { return run_task(io, leases.renew(lease)); }
    void expire() {
        PostgresCluster::shared().script(
            "UPDATE carecloud.lease_expiry SET expires_at = now() - interval '1 second'", settings.database);
    }

    PostgresLeases leases{settings, clock};
};

TEST_CASE("a lease is held by one daemon until it expires or is released") {
    LeaseSite site;
    const Lease first = site.take("a").value().value();
    CHECK(first.fence.token == 1);
    CHECK(first.timeline.size() == 8);
    CHECK(first.former.empty());
    CHECK_FALSE(site.take("b").value());
    CHECK_FALSE(site.take("a").value());  // its holder cannot take it, either
    CHECK(site.renew(first).has_value());
    site.expire();
    const Lease second = site.take("b").value().value();
    CHECK(second.fence.token == 2);
    CHECK(second.former == "a");
    CHECK(second.unrenewed.value() >= std::chrono::seconds(6));
    CHECK(site.renew(first).error().code == ErrorCode::store_lost);
    CHECK(run_task(site.io, site.leases.release(first)).has_value());  // although it was lost
    CHECK_FALSE(site.take("c").value());
    CHECK(run_task(site.io, site.leases.release(second)).has_value());
    const Lease third = site.take("c").value().value();
    CHECK(third.former.empty());
    CHECK_FALSE(third.unrenewed);
}

TEST_CASE("of several daemons that take an expired lease at once, one gets it") {
    LeaseSite site;
    REQUIRE(site.take("a").value());
    for (int round = 0; round < 10; ++round) {
        site.expire();
        std::array<std::future<bool>, 3> takers;
        for (auto& taker : takers) {
            taker = std::async(std::launch::async, [&] {
                boost::asio::io_context io;
                const HandClock clock(io.get_executor());
                PostgresLeases leases(site.settings, clock);
                return run_task(io, leases.take(std::string(kEngineLease), "b")).value().has_value();
            });
        }
        int taken = 0;
        for (auto& taker : takers)
            taken += taker.get();
        CHECK(taken == 1);
    }
}

TEST_CASE("writes of the engine without its lease are refused as a whole") {
    LeaseSite site;
    const Lease lease = site.take("a").value().value();
    site.store->set_fence(lease.fence);
    CHECK(site.commit("a").has_value());
    CHECK(run_task(site.io, site.store->save_requests("2024-01", {.sent = 1})).has_value());
    CHECK(site.receive("m").has_value());
    site.expire();
    const Lease next = site.take("b").value().value();
    CHECK(site.commit("b").error().code == ErrorCode::store_lost);
    CHECK(site.commit("a").error().code == ErrorCode::store_lost);  // even if there is nothing to write
    CHECK(run_task(site.io, site.store->save_requests("2024-01", {.sent = 2})).error().code ==
          ErrorCode::store_lost);
    CHECK(run_task(site.io, site.store->save_pass({.stream = "s"})).error().code == ErrorCode::store_lost);
    CHECK(run_task(site.io, site.store->note_first_pass("s")).error().code == ErrorCode::store_lost);
    CHECK(run_task(site.io, site.store->settle({{"m", EventState::settled}})).error().code ==
          ErrorCode::store_lost);
    // A prune of two daemons at once would move `pruned_to` back, so followers would miss that changes were removed.
    CHECK(run_task(site.io, site.store->prune({.events = Timestamp{}})).error().code ==
          ErrorCode::store_lost);
    CHECK(run_task(site.io, site.store->count_open()).value() == 1);
    CHECK(site.receive("m2").has_value());  // any daemon receives
    CHECK(run_task(site.io, site.store->requests("2024-01")).value().sent == 1);
    site.store->set_fence(next.fence);
    CHECK(site.commit("b").value().last_seq == 2);
}

TEST_CASE("a take waits for the holder's page, and a renewal does not") {
    LeaseSite site;
    const Lease lease = site.take("a").value().value();
    const auto page = open_session(site.settings);
    page->script("BEGIN; SELECT 1 FROM leases WHERE stream = 'engine' FOR SHARE");
    CHECK(site.renew(lease).has_value());
    site.expire();
    auto taking = std::async(std::launch::async, [&] {
        boost::asio::io_context io;
        const HandClock clock(io.get_executor());
        PostgresLeases leases(site.settings, clock);
        return run_task(io, leases.take(std::string(kEngineLease), "b")).value();
    });
    const auto admin = open_session(site.settings);
    while (
        admin
            ->query(
                "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%FOR UPDATE%'")
            .empty()) {
    }
    // A renewal that arrives meanwhile keeps the lease.
    CHECK(site.renew(lease).has_value());
    page->script("COMMIT");
    CHECK_FALSE(taking.get());
}

TEST_CASE("a changed history of the server starts a new generation, unless commits waited for a standby") {
    LeaseSite site;
    const auto db = open_session(site.settings);
    const auto generation = [&] {
        return std::string(db->query("SELECT value FROM meta WHERE name = 'generation'")[0].text(0));
    };
    const std::string before = generation();
    REQUIRE(site.take("a").value());
    CHECK(generation() == before);
    db->script("UPDATE meta SET value = '00000000' WHERE name = 'timeline'");
    site.expire();
    REQUIRE(site.take("b").value());
    const std::string after = generation();
    CHECK(after != before);
    db->script(
        "UPDATE meta SET value = '00000000' WHERE name = 'timeline';"
        " UPDATE meta SET value = '1' WHERE name = 'synchronous'");
    site.expire();
    REQUIRE(site.take("c").value());
    CHECK(generation() == after);
}

TEST_CASE("daemons list each other, see the events that any has received, and answer requests") {
    LeaseSite site;
    PostgresPeers peers(site.settings, *site.store);
    const auto run = [&](auto task) { return run_task(site.io, std::move(task)).value(); };
    run_task(site.io, peers.announce({.id = "b", .host = "h", .pid = 7, .version = "1"})).value();
    run_task(site.io, peers.announce({.id = "a", .host = "h", .pid = 8, .version = "1"})).value();
    run_task(site.io,
             peers.announce({.id = "b", .host = "h", .pid = 7, .version = "1", .role = DaemonRole::active}))
        .value();
    const std::vector<DaemonRow> all = run(peers.daemons());
    REQUIRE(all.size() == 2);
    CHECK(all[0].daemon.id == "a");
    CHECK(all[1].daemon.role == DaemonRole::active);
    CHECK(all[1].unseen < std::chrono::minutes(1));
    run_task(site.io, peers.withdraw("a")).value();
    CHECK(run(peers.daemons()).size() == 1);

    CHECK(run(peers.arrivals(0)).newest == 0);
    REQUIRE(site.receive("m1").value());
    CHECK_FALSE(site.receive("m1").value());
    const Arrivals arrivals = run(peers.arrivals(0));
    CHECK(arrivals.newest == 1);
    CHECK(arrivals.streams == std::vector<std::string>{"s"});
    CHECK(run(peers.arrivals(1)).streams.empty());

    const std::uint64_t request = run(peers.submit("sync s"));
    CHECK(run(peers.open_requests(10)).at(0).text == "sync s");
    CHECK_FALSE(run(peers.answer_of(request)));
    site.store->set_fence(Fence{.lease = "engine", .holder = "x", .token = 9});
    CHECK(run_task(site.io, peers.answer(request, "no")).error().code == ErrorCode::store_lost);
    site.store->set_fence(std::nullopt);
    run_task(site.io, peers.answer(request, "done")).value();
    run_task(site.io, peers.answer(request, "again")).value();
    CHECK(run(peers.answer_of(request)) == "done");
    CHECK(run(peers.open_requests(10)).empty());
    run_task(site.io, peers.forget(request)).value();
    CHECK_FALSE(run(peers.answer_of(request)));
}

}  // namespace
}  // namespace carecloud
