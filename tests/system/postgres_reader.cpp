#include "system/postgres_reader.hpp"

#include "store/postgres/session.hpp"

namespace carecloud {
namespace {

constexpr const char* kSelectRecords =
    "SELECT stream, id, modified, encode(hash, 'hex'), encode(sha256(convert_to(body, 'UTF8')), 'hex'), seq,"
    " deleted_at IS NOT NULL FROM records";
constexpr const char* kSelectChanges =
    "SELECT seq, stream, id, kind, modified, encode(hash, 'hex'), reversal IS NOT NULL FROM changes"
    " ORDER BY seq";
constexpr const char* kSelectEvents =
    "SELECT message_id, stream, record_id, event_type, state, body FROM events";

std::string cell_text(const PgRow& row, int column) {
    return row.is_null(column) ? std::string() : std::string(row.text(column));
}

}  // namespace

PgConnection& PostgresReader::db() {
    if (!db_ || !db_->is_usable()) db_ = open_session(settings_);
    return *db_;
}

ReadStore PostgresReader::read() {
    PgConnection& store = db();
    ReadStore content;
    store.script("BEGIN ISOLATION LEVEL REPEATABLE READ");
    for (const PgRow row : store.query(kSelectRecords)) {
        content.records[{cell_text(row, 0), cell_text(row, 1)}] = {.modified = cell_text(row, 2),
                                                                   .hash = cell_text(row, 3),
                                                                   .body_sha256 = cell_text(row, 4),
                                                                   .seq = row.count(5),
                                                                   .deleted = row.flag(6)};
    }
    for (const PgRow row : store.query(kSelectChanges)) {
        content.changes.push_back({.seq = row.count(0),
                                   .stream = cell_text(row, 1),
                                   .id = cell_text(row, 2),
                                   .kind = cell_text(row, 3),
                                   .modified = cell_text(row, 4),
                                   .hash = cell_text(row, 5),
                                   .is_reversal = row.flag(6)});
    }
    for (const PgRow row : store.query("SELECT id, reason FROM quarantine"))
        content.quarantine[cell_text(row, 0)] = cell_text(row, 1);
    store.script("COMMIT");
    return content;
}

ReadEvents PostgresReader::events() {
    ReadEvents events;
    for (const PgRow row : db().query(kSelectEvents)) {
        events[cell_text(row, 0)] = {.stream = cell_text(row, 1),
                                     .record_id = cell_text(row, 2),
                                     .event_type = cell_text(row, 3),
                                     .state = cell_text(row, 4),
                                     .body = cell_text(row, 5)};
    }
    return events;
}

std::string PostgresReader::text(const std::string& sql) {
    const PgRows rows = db().query("SELECT (" + sql + ")::text");
    return rows.empty() ? std::string() : cell_text(rows[0], 0);
}

std::uint64_t PostgresReader::number(const std::string& sql) {
    const PgRows rows = db().query("SELECT (" + sql + ")::bigint");
    return rows.empty() || rows[0].is_null(0) ? 0 : rows[0].count(0);
}

}  // namespace carecloud
