#include "store/sqlite/migrations.hpp"

#include "base/readable_json.hpp"

#include <sqlite3.h>

namespace carecloud {
namespace {

Error foreign(const std::string& path) {
    return {.code = ErrorCode::store_failed,
            .operation = "open store",
            .subject = path + " is an SQLite database of another program",
            .hint = "use another file in store.url; this one was not changed"};
}

Error newer(const std::string& path, std::int64_t found, std::int64_t known) {
    return {.code = ErrorCode::store_newer,
            .operation = "open store",
            .subject = path + " has schema version " + std::to_string(found) +
                       ", but this version supports at most " + std::to_string(known),
            .hint = "use the newer carecloud-syncd, or restore a backup made before the upgrade"};
}

// SQL's readable_json(text): as base/readable_json.hpp; NULL: the text itself can be read.
void readable_json_of_sql(sqlite3_context* context, int, sqlite3_value** values) {
    const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(values[0]));
    const auto size = static_cast<std::size_t>(sqlite3_value_bytes(values[0]));
    const auto readable = readable_json({text != nullptr ? text : "", size});
    if (readable)
        sqlite3_result_text64(context, readable->data(), readable->size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

}  // namespace

std::optional<Error> refuse_foreign(Connection& db, const std::string& path) {
    const std::int64_t application = db.number("PRAGMA application_id");
    const std::int64_t version = db.number("PRAGMA user_version");
    const bool empty =
        application == 0 && version == 0 && db.number("SELECT count(*) FROM sqlite_schema") == 0;
    if (empty) return std::nullopt;
    if (application != kApplicationId) return foreign(path);
    const std::int64_t known = migrations().back().number;
    if (version > known) return newer(path, version, known);
    return std::nullopt;
}

void migrate(Connection& db, std::span<const Migration> known) {
    const int code =
        sqlite3_create_function_v2(db.get(), "readable_json", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC, nullptr,
                                   readable_json_of_sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) db.fail(code);
    for (const Migration& migration : known) {
        if (migration.number <= db.number("PRAGMA user_version")) continue;
        Transaction transaction(db, Transaction::Access::write);
        db.execute(std::string(migration.sql));
        db.execute("PRAGMA application_id = " + std::to_string(kApplicationId));
        db.execute("PRAGMA user_version = " + std::to_string(migration.number));
        transaction.commit();
    }
}

}  // namespace carecloud
