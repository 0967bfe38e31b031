#include "store/postgres/session.hpp"

#include "store/postgres/schema.hpp"

#include <atomic>
#include <cstdint>
#include <utility>

namespace carecloud {
namespace {

constexpr int kOldestVersion = 14;
constexpr int kNewestVersion = 17;
// A pooler that shares sessions responds immediately; one that does not may have no free connection.
constexpr std::chrono::milliseconds kPoolerTimeout{1000};

[[noreturn]] void refuse(const std::string& text, std::string hint) {
    throw PgError(PgError::Kind::misused, "", text, std::move(hint));
}

void check_server(const PgConnection& db) {
    const int major = db.server_version() / 10000;
    if (major < kOldestVersion || major > kNewestVersion) {
        refuse("the server is PostgreSQL " + db.parameter("server_version"),
               "PostgreSQL " + std::to_string(kOldestVersion) + " to " + std::to_string(kNewestVersion) +
                   " are supported");
    }
    const std::string encoding = db.parameter("server_encoding");
    if (encoding != "UTF8") {
        refuse("the database has the encoding " + encoding,
               "create it with: CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8'");
    }
}

// These settings are not passed as `options=` when connecting, because poolers refuse that.
void set_up(PgConnection& db, const PostgresSettings& settings) {
    db.script(
        "SET jit = off; SET client_encoding = 'UTF8'; SET timezone = 'UTC'; SET datestyle = 'ISO';"
        " SET default_transaction_isolation = 'read committed';"
        " SET search_path = " +
        quoted_identifier(settings.schema));
    set_limits(db, settings.limits);
    // The role or database may have been configured for speed. A stronger setting (remote_apply) is kept.
    db.script(
        "SELECT set_config('synchronous_commit', 'on', false)"
        " WHERE current_setting('synchronous_commit') IN ('off', 'local', 'remote_write')");
}

// Checks that the server accepts writes, and returns its timeline.
std::uint32_t check_writable(PgConnection& db) {
    const PgRows rows = db.query(
        "SELECT pg_is_in_recovery(), current_setting('transaction_read_only') = 'on', CASE WHEN NOT "
        "pg_is_in_recovery() THEN ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::bigint "
        "END");
    if (rows[0].flag(0)) refuse("the server is a standby", "name the primary in store.url, or all servers");
    if (rows[0].flag(1)) {
        refuse("the server's transactions are read-only",
               "reset default_transaction_read_only of the server, the database and the role");
    }
    return static_cast<std::uint32_t>(rows[0].number(2));
}

void refuse_former_primary(std::uint32_t timeline, std::atomic<std::uint32_t>& newest) {
    std::uint32_t seen = newest.load();
    while (timeline > seen && !newest.compare_exchange_weak(seen, timeline)) {
    }
    if (timeline >= seen) return;
    refuse("the server has timeline " + std::to_string(timeline) + ", but this daemon has used " +
               std::to_string(seen) + ": it is a former primary",
           "stop it, and make it a standby of the current primary (pg_rewind, or pg_basebackup)");
}

std::int64_t process_of(PgConnection& db) {
    return db.query("SELECT pg_backend_pid()")[0].number(0);
}

// Under transaction pooling, a session's settings, prepared statements and notifications reach other clients. It is in
// use if one server process serves two clients at the same time, or if two processes serve one client.
void refuse_transaction_pooling(PgConnection& db, const PostgresSettings& settings,
                                const PostgresHost& host) {
    const std::int64_t process = process_of(db);
    if (process == db.reported_process()) return;  // not behind a pooler
    bool shared = process_of(db) != process;
    if (!shared) {
        PostgresSettings hasty = settings;
        hasty.connect_timeout = hasty.answer_timeout = kPoolerTimeout;
        try {
            PgConnection other(hasty, host);
            shared = process_of(other) == process_of(db);
        } catch (const PgError&) {
            // The pooler has no other connection while this session uses one: it pools sessions.
        }
    }
    if (shared) {
        refuse("a connection pooler shares sessions between clients",
               "set pool_mode=session for this database in pgbouncer.ini, or connect to the server itself");
    }
}

struct OpenSession {
    std::unique_ptr<PgConnection> db{};
    std::uint32_t timeline = 0;
};

OpenSession open_on(const PostgresSettings& settings, const PostgresHost& host) {
    auto db = std::make_unique<PgConnection>(settings, host);
    check_server(*db);
    refuse_transaction_pooling(*db, settings, host);
    set_up(*db, settings);
    const std::uint32_t timeline = check_writable(*db);
    refuse_former_primary(timeline, *settings.newest_timeline);
    return {std::move(db), timeline};
}

}  // namespace

void set_limits(PgConnection& db, const PgLimits& limits) {
    const auto text = [](std::chrono::milliseconds limit) { return std::to_string(limit.count()); };
    db.script("SET statement_timeout = " + text(limits.statement) +
              "; SET lock_timeout = " + text(limits.lock) +
              "; SET idle_in_transaction_session_timeout = " + text(limits.idle_in_transaction));
}

// statement_timeout ends a COPY only when data arrives, and a response only when the client reads it. In both,
// state_change is the start of the statement.
void end_paused_sessions(PgConnection& db, std::chrono::milliseconds paused_for) {
    db.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        " AND usename = current_user AND application_name = current_setting('application_name')"
        " AND pid <> pg_backend_pid() AND state = 'active' AND wait_event IN ('ClientRead', 'ClientWrite')"
        " AND state_change < clock_timestamp() - $1 * interval '1 millisecond'",
        std::int64_t{paused_for.count()});
}

std::unique_ptr<PgConnection> open_session(const PostgresSettings& settings) {
    std::optional<PgError> first;
    std::string all;
    OpenSession newest;
    for (const PostgresHost& host : settings.hosts) {
        try {
            OpenSession session = open_on(settings, host);
            if (session.timeline > newest.timeline) newest = std::move(session);
        } catch (const PgError& error) {
            if (!first) first = error;
            const std::string name = host.text();
            const std::string text = error.what();
            // Errors of connecting already contain the host.
            if (!all.empty()) all += "; ";
            if (!text.starts_with(name)) all.append(name).append(": ");
            all += text;
        }
    }
    if (newest.db) return std::move(newest.db);
    if (!first) throw PgError(PgError::Kind::misused, "", "store.url has no host", "add one");
    throw PgError(first->kind(), first->sqlstate(), all, first->hint());
}

}  // namespace carecloud
