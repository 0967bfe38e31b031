// If a daemon is stopped in the middle of a transaction, it does not hold the locks that others wait for much longer,
// whatever it was doing.
#include "open_store.hpp"
#include "store/postgres/copy.hpp"
#include "store/postgres/pipeline.hpp"
#include "store/postgres/postgres_leases.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/transaction.hpp"

#include <chrono>
#include <functional>
#include <optional>

#include <catch2/catch.hpp>

namespace carecloud {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr seconds kTakenWithin{10};
constexpr const char* kLockLease = "SELECT 1 FROM leases WHERE stream = 'engine' FOR SHARE";

// With this many statements, some are sent to the server before the end of the pipeline.
void send_pipeline(PgPipeline& pipeline, const std::string& sql) {
    for (int i = 0; i < 16; ++i)
        pipeline.add(sql);
}

// Polls `done` and returns the time until it returns true; std::nullopt after kTakenWithin.
std::optional<steady_clock::duration> time_until(const std::function<bool()>& done) {
    const auto begun = steady_clock::now();
    while (!done()) {
        if (steady_clock::now() > begun + kTakenWithin) return std::nullopt;
    }
    return steady_clock::now() - begun;
}

TEST_CASE("the lease can be taken in time if its holder is stopped in the transaction of a page") {
    StoreSite site(PostgresCluster::shared().fresh_database());
    site.open();
    PostgresLeases leases(site.settings, site.clock);
    const auto take = [&](const std::string& holder) {
        return run_task(site.io, leases.take(std::string(kEngineLease), holder));
    };
    REQUIRE(take("a").value());
    const auto stopped = open_session(site.settings);
    PgTransaction transaction(*stopped);
    stopped->query(kLockLease);
    const auto expire_and_take = [&] {
        PostgresCluster::shared().script(
            "UPDATE carecloud.lease_expiry SET expires_at = now() - interval '1 second'",
            site.settings.database);
        const auto taken = time_until([&] {
            const auto lease = take("b");
            return lease && *lease;
        });
        CHECK(taken.has_value());
    };
    SECTION("between two statements") {
        expire_and_take();
        CHECK_THROWS_AS(transaction.commit(), PgError);
    }
    SECTION("in a COPY") {
        PgCopy copy(*stopped, "COPY first_passes (stream, ended_at) FROM STDIN BINARY");
        expire_and_take();
        CHECK_THROWS_AS(copy.end(), PgError);
    }
    SECTION("in a pipeline") {
        PgPipeline pipeline(*stopped);
        send_pipeline(pipeline, "UPDATE change_head SET seq = seq");
        expire_and_take();
        CHECK_THROWS_AS(transaction.commit(pipeline), PgError);
    }
    SECTION("in a response") {
        PgPipeline pipeline(*stopped);
        send_pipeline(pipeline, "SELECT repeat('x', 10000000)");
        expire_and_take();
        CHECK_THROWS_AS(transaction.commit(pipeline), PgError);
    }
    CHECK(site.commit("a").value().last_seq == 1);
}

TEST_CASE(
    "a daemon that is stopped while it stores events delays those of other daemons for only a few seconds") {
    StoreSite site(PostgresCluster::shared().fresh_database());
    site.settings.limits.lock = std::chrono::milliseconds(500);
    site.open();
    const auto stopped = open_session(site.settings);
    PgTransaction transaction(*stopped);
    PgPipeline pipeline(*stopped);
    send_pipeline(pipeline, "UPDATE event_head SET n = n");
    // Until the server has executed what it received, nobody waits for this session.
    const auto other = open_session(site.settings);
    REQUIRE(time_until([&] {
        return !other->query("SELECT 1 FROM pg_locks WHERE relation = 'event_head'::regclass").empty();
    }));
    const auto received = time_until([&] { return site.receive("m").has_value(); });
    CHECK(received.has_value());
    CHECK_THROWS_AS(transaction.commit(pipeline), PgError);
}

TEST_CASE("a session that waits for its client in a transaction is not ended before the limit") {
    StoreSite site(PostgresCluster::shared().fresh_database());
    site.open();
    const auto busy = open_session(site.settings);
    PgTransaction transaction(*busy);
    PgPipeline pipeline(*busy);
    send_pipeline(pipeline, kLockLease);
    const auto other = open_session(site.settings);
    end_paused_sessions(*other, site.settings.limits.idle_in_transaction);
    transaction.commit(pipeline);
    CHECK(busy->is_usable());
}

}  // namespace
}  // namespace carecloud
