#include "store/rows.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/tables.hpp"

namespace carecloud {
namespace {

// If every column except updated_at is unchanged, the row is not written.
constexpr std::string_view kStreamSave =
    "INSERT INTO streams (stream, entity, fingerprint, cursor_modified, cursor_id, safe_modified, dialect, "
    "updated_at, portal_time, reconciled_fingerprint, ranges)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?3, ?10)"
    " ON CONFLICT DO UPDATE SET entity = excluded.entity, fingerprint = excluded.fingerprint,"
    " cursor_modified = excluded.cursor_modified, cursor_id = excluded.cursor_id,"
    " safe_modified = excluded.safe_modified, dialect = excluded.dialect, updated_at = excluded.updated_at,"
    " portal_time = excluded.portal_time, ranges = excluded.ranges, reconciled_fingerprint ="
    " CASE WHEN fingerprint IS excluded.fingerprint THEN reconciled_fingerprint ELSE '' END"
    " WHERE (entity, fingerprint, cursor_modified, cursor_id, safe_modified, dialect, portal_time, ranges) "
    "IS NOT"
    " (excluded.entity, excluded.fingerprint, excluded.cursor_modified, excluded.cursor_id, "
    "excluded.safe_modified,"
    " excluded.dialect, excluded.portal_time, excluded.ranges)";
constexpr std::string_view kReconciled =
    "UPDATE streams SET reconciled_fingerprint = fingerprint"
    " WHERE stream = ?1 AND reconciled_fingerprint IS NOT fingerprint";

}  // namespace

StreamTable::StreamTable(Connection& db)
    : load_(db, "SELECT " + std::string(kStreamColumns) + " FROM streams WHERE stream = ?1"),
      save_(db, kStreamSave),
      reconciled_(db, kReconciled) {}

Result<std::optional<StreamState>> StreamTable::load(const std::string& stream) {
    load_.bind(1, stream);
    const Statement::Scope scope(load_);
    if (!load_.step()) return std::optional<StreamState>();
    return stream_of_row(load_, stream);
}

bool StreamTable::save(const StreamState& state, std::string_view updated_at) {
    save_.bind(1, state.stream);
    save_.bind(2, state.entity);
    save_.bind(3, state.fingerprint);
    save_.bind_null(4);
    save_.bind_null(5);
    save_.bind_null(6);
    if (state.cursor) {
        save_.bind(4, state.cursor->modified_text);
        save_.bind(5, state.cursor->id);
    }
    if (state.safe) save_.bind(6, state.safe->modified_text);
    save_.bind(7, state.dialect);
    save_.bind(8, updated_at);
    save_.bind_null(9);
    // Must live until the statement has run.
    const std::string portal_time = state.portal_time ? state.portal_time->to_string() : std::string();
    if (state.portal_time) save_.bind(9, portal_time);
    save_.bind(10, state.ranges);
    return save_.run() > 0;
}

bool StreamTable::note_reconciled(const std::string& stream) {
    reconciled_.bind(1, stream);
    return reconciled_.run() > 0;
}

QuotaTable::QuotaTable(Connection& db)
    : load_(db, "SELECT sent, reserved FROM quota WHERE month = ?1"),
      save_(db, "REPLACE INTO quota (month, sent, reserved, requests) VALUES (?1, ?2, ?3, ?2 + ?3)") {}

RequestCount QuotaTable::load(std::string_view month) {
    load_.bind(1, month);
    const Statement::Scope scope(load_);
    if (!load_.step()) return {};
    return {.sent = static_cast<std::uint64_t>(load_.integer(0)),
            .reserved = static_cast<std::uint64_t>(load_.integer(1))};
}

void QuotaTable::save(std::string_view month, const RequestCount& count) {
    save_.bind(1, month);
    save_.bind(2, static_cast<std::int64_t>(count.sent));
    save_.bind(3, static_cast<std::int64_t>(count.reserved));
    save_.run();
}

FirstPassTable::FirstPassTable(Connection& db)
    : all_(db, "SELECT stream, ended_at FROM first_passes"),
      note_(db, "INSERT OR IGNORE INTO first_passes (stream, ended_at) VALUES (?1, ?2)") {}

std::map<std::string, Timestamp> FirstPassTable::all() {
    std::map<std::string, Timestamp> first;
    const Statement::Scope scope(all_);
    while (all_.step()) {
        const std::string stream(all_.text(0));
        // A time that cannot be parsed counts as long ago: whatever is due some time after it is due now.
        first.emplace(stream, Timestamp::parse(all_.text(1)).value_or(Timestamp{}));
    }
    return first;
}

void FirstPassTable::note(const std::string& stream, std::string_view at) {
    note_.bind(1, stream);
    note_.bind(2, at);
    note_.run();
}

}  // namespace carecloud
