#include "store/sqlite/connection.hpp"

#include "base/packaged_service.hpp"
#include "store/sqlite/statement.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>
#include <utility>

#include <sqlite3.h>

namespace carecloud {
namespace {

ErrorCode code_of(const SqlError& error) {
    // SQLite reports IOERR if it cannot grow the -shm file on a full disk.
    if (error.system_errno() == ENOSPC || error.system_errno() == EDQUOT) return ErrorCode::store_full;
    switch (error.code() & 0xff) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return ErrorCode::store_busy;
        case SQLITE_FULL:
            return ErrorCode::store_full;
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return ErrorCode::store_corrupt;
        default:
            return ErrorCode::store_failed;
    }
}

std::string hint_for(ErrorCode code, int sqlite_code, const std::string& path) {
    switch (code) {
        case ErrorCode::store_busy:
            return "another program is writing to the store; end its transaction";
        case ErrorCode::store_full:
            return "free space on its filesystem: df -h " +
                   std::filesystem::path(path).parent_path().string();
        case ErrorCode::store_corrupt:
            return "stop the service and restore the file from a backup (manual: operations, "
                   "\"Backing up and restoring\"), or move it away with its -wal and -shm files and run: " +
                   PackagedService::own().program() + " --new-store && systemctl start " +
                   PackagedService::own().unit() + " (all records are then fetched again)";
        default:
            break;
    }
    switch (sqlite_code & 0xff) {
        case SQLITE_READONLY:
        case SQLITE_PERM:
        case SQLITE_AUTH:
        case SQLITE_CANTOPEN:
            return "the daemon's user must own the file, its -wal and -shm files and their directory, and "
                   "the filesystem must be mounted read-write";
        case SQLITE_IOERR:
            return "check the kernel log for disk errors; the store must be on a local filesystem";
        default:
            return {};
    }
}

}  // namespace

Error to_error(const SqlError& error, std::string operation, const std::string& path) {
    const ErrorCode code = code_of(error);
    std::string subject = path + ": " + error.what() + ", SQLite " + std::to_string(error.code());
    if (error.system_errno() != 0) subject += std::string(", ") + std::strerror(error.system_errno());
    return {.code = code,
            .operation = std::move(operation),
            .subject = std::move(subject),
            .hint = hint_for(code, error.code(), path)};
}

Connection::Connection(const std::string& path, const std::string& vfs, Access access) {
    // NOMUTEX: only one thread at a time uses the connection. EXRESCODE: extended result codes from the first call on.
    // Without MEMSTATUS: its numbers are not used, and each allocation would lock a mutex to count itself. SQLite
    // refuses that setting, harmlessly, if a test's VFS was registered before.
    static const int refused = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    static_cast<void>(refused);
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
    // Closing the last connection moves the write-ahead log into the database. Statements are finalized before.
    sqlite3_close(db_);
}

void Connection::execute(const std::string& sql) {
    const int code = sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) fail(code);
}

// Both run to completion: a pragma commits after its row, and that may fail.
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
    // After other errors, SQLite's errno may be from an earlier call.
    const bool from_system = primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN || primary == SQLITE_FULL;
    throw SqlError(code, from_system ? sqlite3_system_errno(db_) : 0, sqlite3_errmsg(db_));
}

Transaction::Transaction(Connection& db, Access access) : db_(db) {
    db_.execute(access == Access::write ? "BEGIN IMMEDIATE" : "BEGIN");
}

Transaction::~Transaction() {
    // SQLite rolls back automatically after some errors; the result of this ROLLBACK is irrelevant.
    if (db_.in_transaction()) sqlite3_exec(db_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
    db_.execute("COMMIT");
}

}  // namespace carecloud
