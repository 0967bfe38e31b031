#include "store/sqlite/connection.hpp"

#include "store/sqlite/statement.hpp"

#include <sqlite3.h>

namespace carecloud {

Connection::Connection(const std::string& path, const std::string& vfs, Access access) {
    // NOMUTEX: one thread at a time uses it. EXRESCODE: extended result codes from the first call on.
    const int mode =
        access == Access::write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
    const int flags = mode | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    const int code = sqlite3_open_v2(path.c_str(), &db_, flags, vfs.empty() ? nullptr : vfs.c_str());
    if (code == SQLITE_OK) return;
    const std::string text = db_ ? sqlite3_errmsg(db_) : sqlite3_errstr(code);
    const int system_errno = db_ ? sqlite3_system_errno(db_) : 0;
    sqlite3_close(db_);
    throw SqlError(code, system_errno, text);
}

Connection::~Connection() {
    // The last connection's close moves the write-ahead log into the database. Statements are finalized
    // before.
    sqlite3_close(db_);
}

void Connection::execute(const std::string& sql) {
    const int code = sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) fail(code);
}

// Both run to the end: a pragma commits what it did behind its row, and that may fail.
std::int64_t Connection::number(const std::string& sql) {
    Statement statement(*this, sql);
    if (!statement.step()) return 0;
    const std::int64_t found = statement.integer(0);
    while (statement.step()) {
    }
    return found;
}

std::string Connection::text(const std::string& sql) {
    Statement statement(*this, sql);
    if (!statement.step()) return {};
    std::string found(statement.text(0));
    while (statement.step()) {
    }
    return found;
}

std::int64_t Connection::last_insert_rowid() const {
    return sqlite3_last_insert_rowid(db_);
}

bool Connection::read_only() const {
    return sqlite3_db_readonly(db_, "main") == 1;
}

bool Connection::in_transaction() const {
    return sqlite3_get_autocommit(db_) == 0;
}

void Connection::set_busy_timeout(std::chrono::milliseconds timeout) {
    sqlite3_busy_timeout(db_, static_cast<int>(timeout.count()));
}

void Connection::set_checkpoint_on_close(bool wanted) {
    sqlite3_db_config(db_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, wanted ? 0 : 1, nullptr);
}

std::size_t Connection::cache_bytes() const {
    int current = 0;
    int highest = 0;
    sqlite3_db_status(db_, SQLITE_DBSTATUS_CACHE_USED, &current, &highest, 0);
    return static_cast<std::size_t>(current);
}

void Connection::release_memory() {
    sqlite3_db_release_memory(db_);
}

void Connection::fail(int code) const {
    const int primary = code & 0xff;
    // Elsewhere SQLite leaves an old errno standing.
    const bool from_system = primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN || primary == SQLITE_FULL;
    throw SqlError(code, from_system ? sqlite3_system_errno(db_) : 0, sqlite3_errmsg(db_));
}

Transaction::Transaction(Connection& db, Access access) : db_(db) {
    db_.execute(access == Access::write ? "BEGIN IMMEDIATE" : "BEGIN");
}

Transaction::~Transaction() {
    // SQLite rolls back by itself after some errors; its own answer to this ROLLBACK changes nothing for us.
    if (db_.in_transaction()) sqlite3_exec(db_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
    db_.execute("COMMIT");
}

}  // namespace carecloud
