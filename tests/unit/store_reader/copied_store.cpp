#include "unit/store_reader/copied_store.hpp"

#include "store/postgres/schema.hpp"
#include "store/postgres/session.hpp"
#include "store/postgres/transaction.hpp"
#include "store/read_rows.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/statement.hpp"
#include "support/postgres_cluster/postgres_cluster.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

namespace carecloud {
namespace {

// What is read from SQLite, as texts; blobs by hex(). Then the statement that stores it, with casts.
struct Copy {
    int columns;
    const char* select;
    const char* insert;
};

constexpr Copy kCopies[] = {
    {11,
     "SELECT stream, entity, fingerprint, cursor_modified, cursor_id, safe_modified, dialect, updated_at, "
     "portal_time,"
     " reconciled_fingerprint, ranges FROM streams",
     "INSERT INTO streams (stream, entity, fingerprint, cursor_modified, cursor_id, safe_modified, dialect, "
     "updated_at,"
     " portal_time, reconciled_fingerprint, ranges) VALUES ($1, $2, $3, $4, $5, $6, $7, $8::timestamptz, $9, "
     "$10, $11)"},
    {8, "SELECT stream, id, modified, hex(hash), seq, deleted_at, body, readable FROM records",
     "INSERT INTO records (stream, id, modified, hash, seq, kind, deleted_at, body, readable)"
     " VALUES ($1, $2, $3, decode($4, 'hex'), $5::bigint, '', $6::timestamptz, $7, $8)"},
    {11,
     "SELECT seq, stream, id, kind, modified, hex(hash), committed_at, modified_s, start_day, end_day, "
     "previous"
     " FROM changes",
     "INSERT INTO changes (seq, stream, id, kind, modified, hash, committed_at, modified_s, start_day, "
     "end_day, previous)"
     " VALUES ($1::bigint, $2, $3, $4, $5, decode($6, 'hex'), $7::timestamptz, $8::bigint, $9::integer, "
     "$10::integer,"
     " $11::bigint)"},
    {7, "SELECT seq, stream, id, modified, hex(hash), bytes, hex(body) FROM versions",
     "INSERT INTO versions (seq, stream, id, modified, hash, bytes, body)"
     " VALUES ($1::bigint, $2, $3, $4, decode($5, 'hex'), $6::bigint, decode($7, 'hex'))"},
    {7, "SELECT seq, n, day, sign_in, field, was, is_now FROM corrections",
     "INSERT INTO corrections (seq, n, day, sign_in, field, was, is_now)"
     " VALUES ($1::bigint, $2::bigint, $3, $4, $5, $6, $7)"},
    {11,
     "SELECT rowid, message_id, topic_arn, event_type, stream, record_id, event_time, received_at, state, "
     "settled_at, body"
     " FROM events",
     "INSERT INTO events (n, message_id, topic_arn, event_type, stream, record_id, event_time, received_at, "
     "state,"
     " settled_at, body)"
     " VALUES ($1::bigint, $2, $3, $4, $5, $6, $7, $8::timestamptz, $9, $10::timestamptz, $11)"},
    {8,
     "SELECT stream, id, modified, reason, hex(CAST(body AS BLOB)), attempts, first_at, last_at FROM "
     "quarantine",
     "INSERT INTO quarantine (stream, id, modified, reason, body, attempts, first_at, last_at)"
     " VALUES ($1, $2, $3, $4, decode($5, 'hex'), $6::bigint, $7::timestamptz, $8::timestamptz)"},
    {5, "SELECT stream, id, modified, first_seen, ask_at FROM doubted",
     "INSERT INTO doubted (stream, id, modified, hash, first_seen, ask_at, reversals) VALUES ($1, $2, $3, "
     "'', $4, $5, 0)"},
    {3, "SELECT stream, id, first_at FROM omitted",
     "INSERT INTO omitted (stream, id, first_at, filter_changed) VALUES ($1, $2, $3, false)"},
    {4, "SELECT month, requests, sent, reserved FROM quota",
     "INSERT INTO quota (month, requests, sent, reserved) VALUES ($1, $2::bigint, $3::bigint, $4::bigint)"},
    {2, "SELECT name, value FROM meta WHERE name IN ('generation', 'pruned_to')",
     "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = "
     "excluded.value"},
    {1, "SELECT max(ifnull((SELECT max(seq) FROM changes), 0), value + 0) FROM meta WHERE name = 'seq_high'",
     "UPDATE change_head SET seq = $1::bigint"},
    {2, "SELECT versions, bytes FROM version_totals",
     "UPDATE version_totals SET versions = $1::bigint, bytes = $2::bigint"},
};

constexpr const char* kEmpty =
    "TRUNCATE streams, records, changes, versions, corrections, events, quarantine, doubted, omitted, quota";

void copy_table(Connection& from, PgConnection& to, const Copy& table) {
    Statement select(from, table.select);
    while (select.step()) {
        std::vector<std::optional<std::string>> cells;  // alive until they were sent
        for (int i = 0; i < table.columns; ++i)
            cells.push_back(text_or_none(select, i));
        PgParams params;
        for (const auto& cell : cells)
            params.add(cell);
        to.run(table.insert, params);
    }
}

}  // namespace

CopiedStore::CopiedStore(const ReadBounds& bounds) {
    store_.open();
    const PostgresSettings settings = PostgresCluster::shared().fresh_database();
    db_ = open_session(settings);
    migrate_schema(*db_, settings.schema);
    auto sqlite = SqliteReader::open(store_.settings(), bounds);
    if (!sqlite) FAIL(sqlite.error().message());
    sqlite_ = std::move(*sqlite);
    auto postgres = PostgresReader::open(settings, bounds);
    if (!postgres) FAIL(postgres.error().message());
    postgres_ = std::move(*postgres);
}

void CopiedStore::copy() {
    Connection from(store_.path(), "", Connection::Access::read_only);
    PgTransaction transaction(*db_);
    db_->query(kEmpty);
    for (const Copy& table : kCopies)
        copy_table(from, *db_, table);
    transaction.commit();
}

}  // namespace carecloud
