// The reader and a server that goes away.
#include "store/postgres/postgres_reader.hpp"
#include "store/postgres/schema.hpp"
#include "store/postgres/session.hpp"
#include "support/postgres_cluster/postgres_cluster.hpp"
#include "support/run_task.hpp"

#include <chrono>
#include <string>

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

void make_store(const PostgresSettings& settings) {
    const auto db = open_session(settings);
    migrate_schema(*db, settings.schema);
    db->script(
        "INSERT INTO records (stream, id, modified, hash, seq, kind, body) VALUES ('s', 'a', '', '', 1, '', "
        "'{}')");
}

}  // namespace

TEST_CASE("a reader connects again after a restart of the server, and calls in between fail") {
    PostgresCluster cluster;
    const PostgresSettings settings = cluster.fresh_database();
    make_store(settings);
    boost::asio::io_context io;
    auto reader = PostgresReader::open(settings);
    REQUIRE(reader.has_value());
    const auto count = [&] { return run_task(io, (*reader)->count_records("s")); };
    REQUIRE(*count() == 1);
    cluster.restart();
    CHECK(*count() == 1);
    cluster.stop();
    const auto failed = count();
    REQUIRE(failed.has_error());
    CHECK((failed.error().code == ErrorCode::store_busy || failed.error().code == ErrorCode::store_failed));
    CHECK(run_task(io, (*reader)->changes(0, 1)).has_error());
    cluster.start();
    while (!count()) {
    }
    CHECK(run_task(io, (*reader)->changes(0, 1)).has_value());
}

TEST_CASE("a reader waits no longer than its deadline for a lock") {
    PostgresSettings settings = PostgresCluster::shared().fresh_database();
    make_store(settings);
    settings.answer_timeout = std::chrono::milliseconds(300);
    boost::asio::io_context io;
    auto reader = PostgresReader::open(settings);
    REQUIRE(reader.has_value());
    const auto other = open_session(settings);
    other->script("BEGIN; LOCK TABLE records");
    const auto failed = run_task(io, (*reader)->record("s", "a"));
    REQUIRE(failed.has_error());
    CHECK(failed.error().code == ErrorCode::store_busy);
    other->script("ROLLBACK");
    CHECK(run_task(io, (*reader)->record("s", "a")).has_value());
}

TEST_CASE("a reader of a database without a store states so, and creates nothing") {
    const PostgresSettings settings = PostgresCluster::shared().fresh_database();
    const auto reader = PostgresReader::open(settings);
    REQUIRE(reader.has_error());
    CHECK(reader.error().code == ErrorCode::store_failed);
    const auto db = open_session(settings);
    CHECK(db->query("SELECT 1 FROM pg_namespace WHERE nspname = $1", settings.schema).empty());
}
