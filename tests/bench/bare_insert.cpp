#include "bench/bare_insert.hpp"

#include "store/sqlite/connection.hpp"
#include "store/sqlite/open.hpp"

#include <stdexcept>

#include <sqlite3.h>

namespace carecloud::bench {
namespace {

constexpr std::string_view kStream = "claim_attendance";
constexpr std::string_view kCommittedAt = "2024-03-13T19:08:57.163Z";
constexpr std::uint64_t kFrameHeader = 24;  // SQLite's file format, "WAL Frame Header"

void bind(sqlite3_stmt* statement, int index, std::string_view text) {
    sqlite3_bind_text(statement, index, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
}

void bind(sqlite3_stmt* statement, int index, const Hash& hash) {
    sqlite3_bind_blob(statement, index, hash.data(), static_cast<int>(hash.size()), SQLITE_STATIC);
}

}  // namespace

BareStore::BareStore(const std::string& path, const std::vector<std::string>& more) {
    auto opened = open_connection(SqliteSettings{.path = path});
    if (!opened) throw std::runtime_error(opened.error().message());
    connection_ = std::move(*opened);
    db_ = connection_->get();
    for (const std::string& sql : more)
        execute(sql);
    page_bytes_ = number("PRAGMA page_size");
    record_ = prepare(
        "INSERT INTO records (stream, id, modified, hash, seq, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
    change_ = prepare(
        "INSERT INTO changes (seq, stream, id, kind, modified, hash, committed_at)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
    cursor_ = prepare(
        "INSERT INTO streams (stream, entity, fingerprint, cursor_modified, cursor_id, safe_modified, "
        "dialect,"
        " updated_at) VALUES (?1, ?1, '{}', ?2, ?3, ?2, '{}', ?4) ON CONFLICT DO UPDATE SET"
        " cursor_modified = ?2, cursor_id = ?3, safe_modified = ?2, updated_at = ?4");
}

BareStore::~BareStore() {
    close();
}

void BareStore::close() {
    for (sqlite3_stmt** statement : {&record_, &change_, &cursor_}) {
        sqlite3_finalize(*statement);
        *statement = nullptr;
    }
    connection_.reset();
}

void BareStore::execute(const std::string& sql) {
    char* message = nullptr;
    if (sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, &message) == SQLITE_OK) return;
    const std::string text = message ? message : "?";
    sqlite3_free(message);
    throw std::runtime_error(sql + ": " + text);
}

std::int64_t BareStore::number(const std::string& sql) {
    sqlite3_stmt* statement = prepare(sql.c_str());
    const std::int64_t value = sqlite3_step(statement) == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
    sqlite3_finalize(statement);
    return value;
}

std::uint64_t BareStore::log_bytes() const {
    int current = 0;
    int highest = 0;
    sqlite3_db_status(db_, SQLITE_DBSTATUS_CACHE_WRITE, &current, &highest, 0);
    return static_cast<std::uint64_t>(current) * (static_cast<std::uint64_t>(page_bytes_) + kFrameHeader);
}

sqlite3_stmt* BareStore::prepare(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v3(db_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) != SQLITE_OK)
        throw std::runtime_error(std::string(sql) + ": " + sqlite3_errmsg(db_));
    return statement;
}

void BareStore::run(sqlite3_stmt* statement) {
    if (sqlite3_step(statement) != SQLITE_DONE) throw std::runtime_error(sqlite3_errmsg(db_));
    sqlite3_reset(statement);
}

void BareStore::insert(const Page& page) {
    execute("BEGIN IMMEDIATE");
    insert_rows(page);
    execute("COMMIT");
}

void BareStore::insert(const std::vector<PagePtr>& pages) {
    execute("BEGIN IMMEDIATE");
    for (const PagePtr& page : pages)
        insert_rows(*page);
    execute("COMMIT");
}

void BareStore::insert_rows(const Page& page) {
    bind(record_, 1, kStream);
    bind(change_, 2, kStream);
    bind(change_, 4, "created");
    bind(change_, 7, kCommittedAt);
    for (const Record& record : page.records) {
        ++seq_;
        bind(record_, 2, record.id);
        bind(record_, 3, record.modified_text);
        bind(record_, 4, record.hash);
        sqlite3_bind_int64(record_, 5, seq_);
        bind(record_, 6, record.body);
        run(record_);
        sqlite3_bind_int64(change_, 1, seq_);
        bind(change_, 3, record.id);
        bind(change_, 5, record.modified_text);
        bind(change_, 6, record.hash);
        run(change_);
    }
    const Record& last = page.records.back();
    bind(cursor_, 1, kStream);
    bind(cursor_, 2, last.modified_text);
    bind(cursor_, 3, last.id);
    bind(cursor_, 4, kCommittedAt);
    run(cursor_);
}

}  // namespace carecloud::bench
