#include "store/sqlite/statement.hpp"

#include "store/sqlite/connection.hpp"

#include <cstring>

#include <sqlite3.h>

namespace carecloud {

Statement::Statement(Connection& db, std::string_view sql) : db_(db) {
    check(sqlite3_prepare_v3(db_.get(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                             &statement_, nullptr));
}

Statement::~Statement() {
    sqlite3_finalize(statement_);
}

void Statement::bind(int index, std::string_view text) {
    // An empty view may have a null pointer, which SQLite would bind as NULL.
    const char* bytes = text.empty() ? "" : text.data();
    check(sqlite3_bind_text64(statement_, index, bytes, text.size(), SQLITE_STATIC, SQLITE_UTF8));
}

void Statement::bind(int index, std::int64_t number) {
    check(sqlite3_bind_int64(statement_, index, number));
}

void Statement::bind(int index, const Hash& hash) {
    check(sqlite3_bind_blob64(statement_, index, hash.data(), hash.size(), SQLITE_STATIC));
}

void Statement::bind_blob(int index, std::string_view bytes) {
    check(sqlite3_bind_blob64(statement_, index, bytes.data(), bytes.size(), SQLITE_STATIC));
}

void Statement::bind_null(int index) {
    check(sqlite3_bind_null(statement_, index));
}

bool Statement::step() {
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) return true;
    // The statement must be reset before the error is thrown, but resetting may change the error's text.
    if (code == SQLITE_DONE) {
        sqlite3_reset(statement_);
        return false;
    }
    try {
        db_.fail(code);
    } catch (const SqlError&) {
        sqlite3_reset(statement_);
        throw;
    }
}

std::int64_t Statement::run() {
    step();
    return sqlite3_changes64(db_.get());
}

void Statement::reset() {
    sqlite3_reset(statement_);
}

bool Statement::is_null(int column) const {
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::int64_t Statement::integer(int column) const {
    return sqlite3_column_int64(statement_, column);
}

std::string_view Statement::text(int column) const {
    const unsigned char* text = sqlite3_column_text(statement_, column);
    if (!text) return {};
    return {reinterpret_cast<const char*>(text),
            static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

Hash Statement::hash(int column) const {
    Hash hash{};
    const void* bytes = sqlite3_column_blob(statement_, column);
    if (bytes && sqlite3_column_bytes(statement_, column) == static_cast<int>(hash.size())) {
        std::memcpy(hash.data(), bytes, hash.size());
    }
    return hash;
}

void Statement::check(int code) const {
    if (code != SQLITE_OK) db_.fail(code);
}

}  // namespace carecloud
