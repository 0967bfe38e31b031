#include "store/postgres/schema.hpp"
#include "store/postgres/session.hpp"
#include "support/postgres_cluster/postgres_cluster.hpp"

#include <array>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch.hpp>

namespace carecloud {
namespace {

std::optional<PgError> failure_of_migration(const PostgresSettings& settings,
                                            std::span<const PgMigration> known = pg_migrations()) {
    try {
        const auto db = open_session(settings);
        migrate_schema(*db, settings.schema, known);
        return std::nullopt;
    } catch (const PgError& error) {
        return error;
    }
}

TEST_CASE("an empty database gets the schema once, if several daemons start together") {
    const PostgresSettings settings = PostgresCluster::shared().fresh_database();
    std::vector<std::thread> daemons;
    std::array<std::optional<PgError>, 3> failures;
    for (auto& failure : failures)
        daemons.emplace_back([&failure, &settings] { failure = failure_of_migration(settings); });
    for (std::thread& daemon : daemons)
        daemon.join();
    for (const auto& failure : failures) {
        if (failure) FAIL(failure->what());
    }
    const auto db = open_session(settings);
    CHECK(db->query("SELECT count(*) FROM schema_version")[0].count(0) == pg_migrations().size());
    CHECK(db->query("SELECT value FROM meta WHERE name = 'generation'")[0].text(0).size() == 32);
    CHECK(read_schema_state(*db, settings.schema).version == pg_migrations().back().number);
}

TEST_CASE("a daemon that starts during a long migration by another daemon reports it") {
    PostgresSettings settings = PostgresCluster::shared().fresh_database();
    const auto other = open_session(settings);
    other->query("SELECT pg_advisory_lock(hashtextextended('carecloud-syncd ' || $1, 0))", settings.schema);
    settings.limits.lock = std::chrono::milliseconds(200);
    const auto failure = failure_of_migration(settings);
    REQUIRE(failure);
    const Error error = to_error(*failure, "open store", settings.text());
    CAPTURE(error.message());
    CHECK(error.code == ErrorCode::store_busy);
    CHECK(error.subject.find("another daemon is migrating the store") != std::string::npos);
    CHECK(error.hint.find("transaction") == std::string::npos);
}

TEST_CASE("several schemas of one database are several stores") {
    PostgresSettings settings = PostgresCluster::shared().fresh_database();
    CHECK(!failure_of_migration(settings));
    settings.schema = "agency \"two\"";
    CHECK(!failure_of_migration(settings));
    const auto db = open_session(settings);
    CHECK(db->query("SELECT count(*) FROM pg_tables WHERE tablename = 'records'")[0].number(0) == 2);
}

TEST_CASE("a schema of another program is refused and not changed") {
    const PostgresSettings settings = PostgresCluster::shared().fresh_database();
    PostgresCluster::shared().script("CREATE SCHEMA carecloud; CREATE TABLE carecloud.orders (id int)",
                                     settings.database);
    const auto failure = failure_of_migration(settings);
    REQUIRE(failure);
    CHECK(failure->kind() == PgError::Kind::misused);
    const auto db = open_session(settings);
    CHECK(db->query("SELECT count(*) FROM pg_tables WHERE schemaname = 'carecloud'")[0].number(0) == 1);
}

TEST_CASE("a newer schema is refused, unless it only adds, and a migration ends every lease") {
    const PostgresSettings settings = PostgresCluster::shared().fresh_database();
    REQUIRE(!failure_of_migration(settings));
    const auto db = open_session(settings);
    db->script(
        "INSERT INTO leases VALUES ('engine', 'a', 7, ''); INSERT INTO lease_expiry VALUES ('engine', 7, "
        "'infinity')");
    std::vector<PgMigration> next(pg_migrations().begin(), pg_migrations().end());
    next.push_back({.number = next.back().number + 1,
                    .name = "adds",
                    .sql = "-- Compatible: adds a table.\nCREATE TABLE more (n int);"});
    REQUIRE(!failure_of_migration(settings, next));
    CHECK(db->query("SELECT token FROM leases")[0].number(0) == 8);
    CHECK(db->query("SELECT 1 FROM lease_expiry WHERE expires_at < now() AND token = 8").size() == 1);
    CHECK(migrate_schema(*db, settings.schema).is_newer);
    next.push_back({.number = next.back().number + 1, .name = "changes", .sql = "DROP TABLE more;"});
    REQUIRE(!failure_of_migration(settings, next));
    const auto failure = failure_of_migration(settings);
    REQUIRE(failure);
    CHECK(to_error(*failure, "open store", settings.text()).code == ErrorCode::store_newer);
}

}  // namespace
}  // namespace carecloud
