// Servers that cannot be used: opening a store fails with the reason.
#include "fake_server.hpp"
#include "open_store.hpp"
#include "store/moved.hpp"
#include "store/postgres/open_postgres.hpp"
#include "store/postgres/schema.hpp"
#include "store/postgres/session.hpp"
#include "support/tls/test_certificates.hpp"

#include <chrono>
#include <fstream>
#include <memory>
#include <vector>

#include <catch2/catch.hpp>

namespace carecloud {
namespace {

bool has(const Error& error, const std::string& text) {
    return error.message().find(text) != std::string::npos;
}

PostgresCluster& guarded_cluster() {
    static PostgresCluster cluster({.access = {"host all locked,rotated 127.0.0.1/32 scram-sha-256"}});
    static const bool ready = [] {
        cluster.script(
            "CREATE ROLE locked LOGIN PASSWORD 'right'; CREATE ROLE weak LOGIN; CREATE ROLE rotated LOGIN "
            "PASSWORD 'one'");
        return true;
    }();
    static_cast<void>(ready);
    return cluster;
}

TEST_CASE(
    "a wrong password, a missing one and a missing database are distinguished, and no password is shown") {
    StoreSite site(guarded_cluster().tcp_settings("postgres"));
    site.settings.user = "locked";
    std::string password = "gehe1m'\\ x";
    site.settings.password = [&password] { return Result<std::string>(password); };
    const Error wrong = site.open_error();
    CAPTURE(wrong.message());
    CHECK(wrong.code == ErrorCode::store_failed);
    CHECK(has(wrong, "28P01"));
    CHECK(has(wrong, "store.password_file"));
    CHECK_FALSE(has(wrong, "gehe1m"));
    password.clear();
    CHECK(has(site.open_error(), "set store.password_file"));
    password = "right";
    site.settings.database = "elsewhere";
    const Error missing = site.open_error();
    CHECK(has(missing, "3D000"));
    CHECK(has(missing, "create the database"));
}

TEST_CASE("each connection reads the password, so a changed one needs no restart") {
    StoreSite site(guarded_cluster().tcp_settings(guarded_cluster().fresh_database().database));
    const auto administer = [&](const std::string& sql) {
        guarded_cluster().script(sql, site.settings.database);
    };
    administer("CREATE SCHEMA carecloud AUTHORIZATION rotated");
    site.settings.user = "rotated";
    Result<std::string> password = std::string("one");
    site.settings.password = [&password] { return password; };
    site.open();
    CHECK(site.commit("a").has_value());

    administer(
        "ALTER ROLE rotated PASSWORD 'two'; SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE "
        "usename "
        "= 'rotated'");
    // Calls fail with the last error during the pause before the next attempt to connect.
    const auto fails = [&](const std::string& words) {
        return site
            .commit_until(
                "b", [&](const auto& commit) { return commit.has_error() && has(commit.error(), words); })
            .has_value();
    };
    CHECK(fails("28P01"));
    password = Error{.code = ErrorCode::config_invalid,
                     .operation = "read the password",
                     .subject = "\"pw\" is not readable",
                     .hint = "make it readable"};
    CHECK(fails("\"pw\" is not readable"));
    CHECK(fails("make it readable"));
    password = std::string("two");
    CHECK(site.repeat_commit("b").created == 1);
}

TEST_CASE("the error for a role without rights has the statement that an administrator must run") {
    StoreSite site(guarded_cluster().fresh_database());
    site.settings.user = "weak";
    const Error refused = site.open_error();
    CAPTURE(refused.message());
    CHECK(refused.code == ErrorCode::store_failed);
    CHECK(has(refused, "CREATE SCHEMA \"carecloud\" AUTHORIZATION \"weak\""));
    guarded_cluster().script("CREATE SCHEMA carecloud AUTHORIZATION weak", site.settings.database);
    site.open();
    CHECK(site.commit("a").has_value());
    site.store.reset();
    guarded_cluster().script("ALTER TABLE carecloud.records OWNER TO postgres", site.settings.database);
    site.open();
    const auto denied = site.commit("b");
    REQUIRE_FALSE(denied.has_value());
    CHECK(has(denied.error(), "42501"));
}

TEST_CASE("a store that was moved, or is an incomplete copy, is refused and not migrated") {
    const std::string note = GENERATE(kMovedTo, kCopying);
    StoreSite site(PostgresCluster::shared().fresh_database());
    const auto db = open_session(site.settings);
    migrate_schema(*db, site.settings.schema, pg_migrations().first(2));
    db->query("INSERT INTO meta (name, value) VALUES ($1, 'elsewhere')", note);
    const auto refused = open_postgres_store(site.settings, site.clock);
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == ErrorCode::config_invalid);
    CHECK(read_schema_state(*db, site.settings.schema).version == 2);
}

TEST_CASE("versions other than 14 to 17 are refused") {
    for (const std::string version : {"12.22", "13.14", "18.0"}) {
        const FakeServer server(version);
        StoreSite site({.hosts = {{.name = "127.0.0.1", .port = server.port()}},
                        .database = "d",
                        .user = "u",
                        .sslmode = "disable"});
        const Error refused = site.open_error();
        CHECK(has(refused, "the server is PostgreSQL " + version));
        CHECK(has(refused, "14 to 17"));
    }
}

TEST_CASE("a server that accepts the connection and then does not respond is reported as busy") {
    const FakeServer server("15.1");
    StoreSite site({.hosts = {{.name = "127.0.0.1", .port = server.port()}},
                    .database = "d",
                    .user = "u",
                    .sslmode = "disable",
                    .answer_timeout = std::chrono::milliseconds(200)});
    CHECK(site.open_error().code == ErrorCode::store_busy);
}

TEST_CASE("a database that is not UTF-8 is refused") {
    PostgresCluster& cluster = PostgresCluster::shared();
    cluster.script("CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1'");
    StoreSite site(cluster.settings("latin"));
    CHECK(has(site.open_error(), "the database has the encoding LATIN1"));
}

TEST_CASE("a standby is refused in favor of another host, and used after its promotion") {
    PostgresCluster cluster;
    cluster.become_standby();
    StoreSite site(cluster.settings("postgres"));
    CHECK(has(site.open_error(), "the server is a standby"));
    const PostgresSettings other = PostgresCluster::shared().fresh_database();
    StoreSite both(other);
    both.settings.hosts.insert(both.settings.hosts.begin(), cluster.settings("postgres").hosts.front());
    both.settings.database = "postgres";
    CHECK(both.open_error().code == ErrorCode::canceled);
    cluster.promote();
    CHECK(site.open_error().code == ErrorCode::canceled);
}

TEST_CASE("a server without a free connection is busy") {
    PostgresCluster cluster(
        {.settings = {"max_connections = 4", "superuser_reserved_connections = 0", "max_wal_senders = 0"}});
    StoreSite site(cluster.settings("postgres"));
    std::vector<std::unique_ptr<PgConnection>> taken;
    for (int i = 0; i < 4; ++i)
        taken.push_back(open_session(site.settings));
    const Error refused = site.open_error();
    CHECK(refused.code == ErrorCode::store_busy);
    CHECK(has(refused, "53300"));
}

TEST_CASE("settings of a role or a database do not change the session") {
    const PostgresSettings settings = PostgresCluster::shared().fresh_database();
    const std::string change = "ALTER DATABASE " + settings.database + " SET ";
    PostgresCluster::shared().script(change + "statement_timeout = '1s'; " + change +
                                     "search_path = 'public'; " + change + "synchronous_commit = off; " +
                                     change + "timezone = 'Asia/Tokyo'");
    const auto db = open_session(settings);
    CHECK(db->query("SHOW statement_timeout")[0].text(0) == "6s");
    CHECK(db->query("SHOW search_path")[0].text(0) == "carecloud");
    CHECK(db->query("SHOW synchronous_commit")[0].text(0) == "on");
    CHECK(db->query("SHOW jit")[0].text(0) == "off");
    db->query("SELECT pg_sleep(1.2)");
    PostgresCluster::shared().script(change + "default_transaction_read_only = on");
    StoreSite site(settings);
    CHECK(has(site.open_error(), "read-only"));
}

TEST_CASE("the environment has no effect") {
    ::setenv("PGHOST", "/nonexistent", 1);
    ::setenv("PGHOSTADDR", "192.0.2.1", 1);
    ::setenv("PGOPTIONS", "-c statement_timeout=1", 1);
    ::setenv("PGSSLMODE", "verify-full", 1);
    ::setenv("PGSSLROOTCERT", "/nonexistent", 1);
    ::setenv("PGPASSWORD", "wrong", 1);
    CHECK_NOTHROW(open_session(PostgresCluster::shared().tcp_settings("postgres")));
    for (const char* const name :
         {"PGHOST", "PGHOSTADDR", "PGOPTIONS", "PGSSLMODE", "PGSSLROOTCERT", "PGPASSWORD"})
        ::unsetenv(name);
}

TEST_CASE("a certificate must be for the host and signed by the given authority") {
    TestAuthority authority("Test CA");
    const TestAuthority stranger("Other CA");
    const TestCertificate issued =
        authority.issue({.subject = "localhost", .alternative_names = "DNS:localhost"});
    PostgresCluster cluster({.certificate_pem = issued.certificate_pem, .key_pem = issued.key_pem});
    const TempFile trusted(authority.certificate_pem());
    const TempFile untrusted(stranger.certificate_pem());
    StoreSite site(cluster.tcp_settings("postgres"));
    site.settings.sslmode = "verify-full";
    site.settings.sslrootcert = trusted.path();
    const Error other_host = site.open_error();
    CAPTURE(other_host.message());
    CHECK(has(other_host, "the server's certificate must be for the host name"));
    site.settings.hosts.front().name = "localhost";
    CHECK(site.open_error().code == ErrorCode::canceled);
    site.settings.sslrootcert = untrusted.path();
    CHECK(has(site.open_error(), "certificate"));
}

}  // namespace
}  // namespace carecloud
