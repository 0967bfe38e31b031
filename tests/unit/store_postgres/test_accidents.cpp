// Failures of the server while a store writes: nothing is stored twice or in part, and the next call succeeds.
#include "open_store.hpp"
#include "store/postgres/copy.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/transaction.hpp"

#include <future>
#include <optional>

#include <catch2/catch.hpp>

namespace carecloud {
namespace {

using std::chrono::milliseconds;

std::int64_t count(const PostgresSettings& settings, const std::string& table) {
    return open_session(settings)->query("SELECT count(*) FROM " + table)[0].number(0);
}

TEST_CASE("a server that is restarted during a COPY stores nothing of it") {
    PostgresCluster cluster;
    StoreSite site(cluster.fresh_database());
    site.open();
    REQUIRE(site.commit("a").has_value());
    {
        const auto db = open_session(site.settings);
        PgTransaction transaction(*db);
        PgCopy copy(*db, "COPY first_passes (stream, ended_at) FROM STDIN BINARY");
        copy.row(2);
        copy.field("s");
        copy.field(Timestamp{});
        cluster.restart();
        CHECK_THROWS_AS(copy.end(), PgError);
    }
    CHECK(count(site.settings, "first_passes") == 0);
    CHECK(site.commit("b").value().last_seq == 2);
    cluster.crash();
    const auto away = site.commit("c");
    REQUIRE_FALSE(away.has_value());
    CHECK(away.error().code == ErrorCode::store_failed);
    CHECK(!site.receive("m"));
    cluster.start();
    while (!site.commit("c")) {
    }
    while (!site.receive("m")) {
    }
    CHECK(count(site.settings, "changes") == 3);
    CHECK(count(site.settings, "events") == 1);
}

TEST_CASE("a commit with an unknown result is repeated without a second change") {
    PostgresCluster cluster;
    StoreSite site(cluster.fresh_database());
    site.settings.answer_timeout = milliseconds(500);
    site.settings.limits.lock = milliseconds(300);
    site.open();
    cluster.require_standby();
    const auto waiting = site.commit("a");
    REQUIRE_FALSE(waiting.has_value());
    INFO(waiting.error().message());
    CHECK(waiting.error().message().find("the result of the commit is unknown") != std::string::npos);
    // The first one still locks the head of the log.
    CHECK(site.commit("a").error().code == ErrorCode::store_busy);
    cluster.set("synchronous_standby_names", "");
    const CommitSummary repeated = site.repeat_commit("a");
    CHECK(repeated.last_seq == 1);
    CHECK(repeated.unchanged == 1);
    CHECK(count(site.settings, "changes") == 1);
}

TEST_CASE("a commit that did not wait for its standby is not known to be durable") {
    PostgresCluster cluster;
    StoreSite site(cluster.fresh_database());
    site.open();
    cluster.require_standby();
    auto waiting = std::async(std::launch::async, [&] { return site.commit("a"); });
    const auto admin = open_session(cluster.settings("postgres"));
    while (admin->query("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'")
               .empty()) {
    }
    const auto committed = waiting.get();
    REQUIRE_FALSE(committed.has_value());
    INFO(committed.error().message());
    CHECK(committed.error().message().find("committed only on the primary") != std::string::npos);
}

TEST_CASE("a lock of another program makes a commit fail in time, and the next one succeeds") {
    StoreSite site(PostgresCluster::shared().fresh_database());
    site.settings.limits.lock = milliseconds(200);
    site.open();
    REQUIRE(site.commit("a").has_value());
    {
        const auto other = open_session(site.settings);
        other->script("BEGIN; LOCK TABLE records IN SHARE MODE");
        const auto blocked = site.commit("b");
        REQUIRE_FALSE(blocked.has_value());
        CHECK(blocked.error().code == ErrorCode::store_busy);
        CHECK(site.receive("m"));  // events are not delayed
    }
    CHECK(site.commit("b").value().last_seq == 2);
}

TEST_CASE("a record that another program has changed meanwhile is not overwritten") {
    StoreSite site(PostgresCluster::shared().fresh_database());
    site.open();
    REQUIRE(site.commit("a").has_value());
    PostgresCluster::shared().script("UPDATE carecloud.records SET id = 'b' WHERE id = 'a'",
                                     site.settings.database);
    const auto conflict = site.commit("b", R"({"v":2})");
    CHECK(conflict.value().doubted + conflict.value().updated == 1);
    CHECK(count(site.settings, "records") == 1);
}

TEST_CASE("a record that is not UTF-8 is quarantined with its bytes, and the others are stored") {
    StoreSite site(PostgresCluster::shared().fresh_database());
    site.open();
    const std::string body = std::string("{\"v\":\"") + '\xFF' + "\"}";
    Batch batch{
        .stream = "s",
        .page = make_page({{.id = "a", .modified = "2024-01-01T00:00:00Z", .body = body},
                           {.id = "b", .modified = "2024-01-01T00:00:00Z", .body = std::string("{}\0", 3)},
                           {.id = "c", .modified = "2024-01-01T00:00:00Z"}})};
    const CommitSummary summary = run_task(site.io, site.store->commit(std::move(batch))).value();
    CHECK(summary.created == 1);
    CHECK(summary.quarantined == 2);
    const auto db = open_session(site.settings);
    CHECK(db->query("SELECT body FROM quarantine WHERE id = 'a'")[0].text(0) == body);
    CHECK(site.commit("a").value().created == 1);
    CHECK(db->query("SELECT 1 FROM quarantine WHERE id = 'a'").empty());
}

}  // namespace
}  // namespace carecloud
