#include "contract/read_sqlite.hpp"

#include "support/memory_inbox/memory_inbox.hpp"
#include "versions/packed_body.hpp"

#include <cstring>
#include <functional>
#include <memory>
#include <stdexcept>

#include <sqlite3.h>

namespace carecloud {
namespace {

class Row {
  public:
    explicit Row(sqlite3_stmt* statement) : statement_(statement) {}

    bool is_null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
    std::uint64_t number(int column) const {
        return static_cast<std::uint64_t>(sqlite3_column_int64(statement_, column));
    }
    std::string text(int column) const {
        const char* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
        return bytes ? std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)))
                     : "";
    }
    Hash hash(int column) const {
        Hash hash{};
        const void* bytes = sqlite3_column_blob(statement_, column);
        if (sqlite3_column_bytes(statement_, column) != 32)
            throw std::runtime_error("a hash is not of 32 bytes");
        std::memcpy(hash.data(), bytes, hash.size());
        return hash;
    }

  private:
    sqlite3_stmt* statement_;
};

void read(sqlite3* db, const char* sql, const std::function<void(const Row&)>& use) {
    sqlite3_stmt* prepared = nullptr;
    if (sqlite3_prepare_v2(db, sql, -1, &prepared, nullptr) != SQLITE_OK)
        throw std::runtime_error(sqlite3_errmsg(db));
    const std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> statement(prepared, &sqlite3_finalize);
    int code = SQLITE_OK;
    while ((code = sqlite3_step(prepared)) == SQLITE_ROW)
        use(Row(prepared));
    if (code != SQLITE_DONE) throw std::runtime_error(sqlite3_errmsg(db));
}

void read_records(sqlite3* db, StoreContent& content) {
    read(db, "SELECT stream, id, modified, hash, seq, deleted_at, body FROM records", [&](const Row& row) {
        StoreContent::Held& held = content.records[{row.text(0), row.text(1)}];
        held = {row.text(2), row.hash(3), row.number(4), std::nullopt, row.text(6)};
        if (!row.is_null(5)) held.deleted_at = row.text(5);
    });
    const char* const changes =
        "SELECT seq, stream, id, kind, modified, hash, committed_at, previous, reversal FROM changes ORDER "
        "BY "
        "seq";
    read(db, changes, [&](const Row& row) {
        content.changes.push_back({row.number(0), row.text(1), row.text(2),
                                   change_kind_from(row.text(3)).value(), row.text(4), row.hash(5),
                                   row.text(6), row.number(7), row.number(8)});
    });
}

// Requires that the records have been read.
void read_versions(sqlite3* db, StoreContent& content) {
    std::map<StoreContent::RecordId, BodyUnpacker> unpackers;
    const char* const newest_first =
        "SELECT seq, stream, id, modified, hash, bytes, body FROM versions ORDER BY seq DESC";
    read(db, newest_first, [&](const Row& row) {
        const StoreContent::RecordId key{row.text(1), row.text(2)};
        BodyUnpacker& unpacker = unpackers.try_emplace(key, content.records.at(key).body).first->second;
        const auto body = unpacker.unpack(row.text(6), {.hash = row.hash(4), .bytes = row.number(5)});
        if (!body) throw std::runtime_error("version " + row.text(0) + " cannot be unpacked");
        content.versions[row.number(0)] = {key.first, key.second, row.text(3), row.hash(4), *body};
    });
    const auto optional = [](const Row& row, int column) {
        return row.is_null(column) ? std::nullopt : std::optional(row.text(column));
    };
    read(db, "SELECT seq, day, sign_in, field, was, is_now FROM corrections ORDER BY seq, n",
         [&](const Row& row) {
             content.corrections[row.number(0)].push_back(
                 {row.text(1), row.text(2), row.text(3), optional(row, 4), optional(row, 5)});
         });
}

void read_streams(sqlite3* db, StoreContent& content) {
    const char* const sql =
        "SELECT stream, entity, fingerprint, dialect, updated_at, cursor_modified, cursor_id, safe_modified, "
        "portal_time, reconciled_fingerprint, ranges FROM streams";
    read(db, sql, [&](const Row& row) {
        StreamState state;
        state.stream = row.text(0);
        state.entity = row.text(1);
        state.fingerprint = row.text(2);
        state.dialect = row.text(3);
        state.updated_at = row.text(4);
        if (!row.is_null(5))
            state.cursor = Cursor{row.text(5), Timestamp::parse(row.text(5)).value(), row.text(6)};
        state.reconciled_fingerprint = row.text(9);
        state.ranges = row.text(10);
        if (!row.is_null(7)) state.safe = SafePoint{row.text(7), Timestamp::parse(row.text(7)).value()};
        if (!row.is_null(8)) state.portal_time = Timestamp::parse(row.text(8)).value();
        content.streams[state.stream] = state;
    });
}

void read_passes(sqlite3* db, StoreContent& content) {
    const char* const sql =
        "SELECT pass, kind, stream, state, scheduled, deep, whole, confirm_deletes, first_day, last_day, "
        "steps,"
        " steps_done, records, expected, missing, changed, gone, deleted, requests, error, hint, wished_at,"
        " started_at, updated_at, position_modified, position_id, holes, awaiting, reason, unexplained, "
        "ranges FROM "
        "passes";
    read(db, sql, [&](const Row& row) {
        Job& pass = content.passes[row.number(0)];
        pass = {.id = row.number(0),
                .kind = job_kind_from(row.text(1)).value(),
                .stream = row.text(2),
                .status = job_status_from(row.text(3)).value(),
                .scheduled = row.number(4) == 1,
                .reason = row.text(28),
                .deep = row.number(5) == 1,
                .whole = row.number(6) == 1,
                .confirm_deletes = row.number(7) == 1,
                .first_day = row.text(8),
                .last_day = row.text(9),
                .ranges = row.text(30),
                .steps = row.number(10),
                .steps_done = row.number(11),
                .records = row.number(12),
                .missing = row.number(14),
                .changed = row.number(15),
                .gone = row.number(16),
                .deleted = row.number(17),
                .holes = row.number(26),
                .awaiting = row.number(27),
                .unexplained = row.number(29),
                .requests = row.number(18),
                .error = row.text(19),
                .hint = row.text(20),
                .requested_at = row.text(21),
                .started_at = row.text(22),
                .updated_at = row.text(23)};
        if (!row.is_null(13)) pass.expected = row.number(13);
        if (!row.is_null(24))
            pass.position = Cursor{row.text(24), Timestamp::parse(row.text(24)).value(), row.text(25)};
    });
}

void read_rest(sqlite3* db, StoreContent& content) {
    const char* const sql =
        "SELECT stream, id, modified, reason, body, attempts, first_at, last_at FROM quarantine";
    read(db, sql, [&](const Row& row) {
        content.quarantine[{row.text(0), row.text(1)}] = {row.text(2),   row.text(3), row.text(4),
                                                          row.number(5), row.text(6), row.text(7)};
    });
    read(db, "SELECT stream, id, modified, hash, first_seen, ask_at, reversals FROM doubted",
         [&](const Row& row) {
             content.doubted[{row.text(0), row.text(1)}] = {row.text(2), row.hash(3), row.text(4),
                                                            row.text(5), row.number(6)};
         });
    read(db, "SELECT stream, id, first_at, filter_changed FROM omitted", [&](const Row& row) {
        content.omitted[{row.text(0), row.text(1)}] = {row.text(2), row.number(3) == 1};
    });
    read_passes(db, content);
    read(db, "SELECT month, sent, reserved FROM quota WHERE requests = sent + reserved", [&](const Row& row) {
        content.quota[row.text(0)] = {.sent = row.number(1), .reserved = row.number(2)};
    });
    read(db, "SELECT stream, ended_at FROM first_passes",
         [&](const Row& row) { content.first_passes[row.text(0)] = row.text(1); });
}

using Database = std::unique_ptr<sqlite3, decltype(&sqlite3_close)>;

// Begins a transaction: one snapshot of all tables.
Database open(const std::string& path, const char* vfs) {
    sqlite3* opened = nullptr;
    const int code = sqlite3_open_v2(path.c_str(), &opened, SQLITE_OPEN_READONLY, vfs);
    Database db(opened, &sqlite3_close);
    if (code != SQLITE_OK) throw std::runtime_error("cannot open " + path);
    read(opened, "BEGIN", [](const Row&) {});
    return db;
}

std::string event_line(const std::string& state, const std::string& record, std::uint64_t held_seq,
                       const std::string& received, const std::string& body) {
    return state + " " + record + " " + std::to_string(held_seq) + " " + received + " " + body;
}

}  // namespace

StoreContent read_sqlite(const std::string& path, const char* vfs) {
    const Database db = open(path, vfs);
    StoreContent content;
    read_streams(db.get(), content);
    read_records(db.get(), content);
    read_versions(db.get(), content);
    read_rest(db.get(), content);
    return content;
}

InboxContent read_sqlite_inbox(const std::string& path, const char* vfs) {
    const Database db = open(path, vfs);
    InboxContent content;
    read(db.get(), "SELECT message_id, state, record_id, received_at, body, held_seq FROM events",
         [&](const Row& row) {
             content.events[row.text(0)] =
                 event_line(row.text(1), row.text(2), row.number(5), row.text(3), row.text(4));
         });
    read(db.get(), "SELECT topic_arn, state, subscription_arn FROM subscriptions",
         [&](const Row& row) { content.subscriptions[row.text(0)] = row.text(1) + " " + row.text(2); });
    return content;
}

InboxContent inbox_lines(const MemoryInboxContent& content) {
    InboxContent lines;
    for (const auto& [id, held] : content.events) {
        lines.events[id] = event_line(std::string(to_string(held.event.state)), held.event.record_id,
                                      held.held_seq, held.received_at.to_string_ms(), held.event.body);
    }
    for (const auto& [topic, held] : content.subscriptions)
        lines.subscriptions[topic] = std::string(to_string(held.state)) + " " + held.subscription_arn;
    return lines;
}

}  // namespace carecloud
