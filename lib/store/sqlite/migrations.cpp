#include "store/sqlite/migrations.hpp"

namespace carecloud {
namespace {

Error foreign(const std::string& path) {
    return {.code = ErrorCode::store_failed,
            .operation = "open store",
            .subject = path + " is another program's SQLite database",
            .hint = "name another file in store.url; this one was left as it is"};
}

Error newer(const std::string& path, std::int64_t found, std::int64_t known) {
    return {.code = ErrorCode::store_newer,
            .operation = "open store",
            .subject = path + " has schema version " + std::to_string(found) + ", this program knows up to " +
                       std::to_string(known),
            .hint = "run the newer carecloud-syncd, or restore the backup made before it first ran"};
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
