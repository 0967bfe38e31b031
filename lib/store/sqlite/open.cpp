#include "store/sqlite/open.hpp"

#include "base/readable_json.hpp"
#include "store/moved.hpp"
#include "store/sqlite/log_repair.hpp"
#include "store/sqlite/tables.hpp"

#include <filesystem>
#include <sys/statvfs.h>
#include <system_error>
#include <utility>

#include <sqlite3.h>

namespace carecloud {
namespace {

namespace fs = std::filesystem;

constexpr const char* kOpenStore = "open store";
// Full records of attendance are 16 to 35 KB: larger pages mean shorter chains. Applies only to a new file.
constexpr std::int64_t kPageBytes = 16384;

Error failed(std::string subject, std::string hint) {
    return {.code = ErrorCode::store_failed,
            .operation = kOpenStore,
            .subject = std::move(subject),
            .hint = std::move(hint)};
}

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

// The SQL function readable_json(text), see base/readable_json.hpp. NULL if the text is readable as it is.
void readable_json_of_sql(sqlite3_context* context, int, sqlite3_value** values) {
    const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(values[0]));
    const auto size = static_cast<std::size_t>(sqlite3_value_bytes(values[0]));
    const auto readable = readable_json({text != nullptr ? text : "", size});
    if (readable)
        sqlite3_result_text64(context, readable->data(), readable->size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

void set_pragmas(Connection& db, const SqliteSettings& settings) {
    const std::int64_t page_bytes = db.number("PRAGMA page_size");
    const auto pages = [page_bytes](std::uint64_t bytes) {
        return std::to_string(bytes / static_cast<std::uint64_t>(page_bytes));
    };
    db.execute("PRAGMA synchronous = FULL");
    db.execute("PRAGMA cache_size = -" + std::to_string(settings.cache_bytes / 1024));
    db.execute("PRAGMA wal_autocheckpoint = 0");  // the Checkpointer moves the log
    // A log that grew beyond its usual size (a long reader, hazard 26) is truncated afterwards.
    db.execute("PRAGMA journal_size_limit = " + std::to_string(settings.checkpoint_bytes));
    db.execute("PRAGMA foreign_keys = ON");
    db.execute("PRAGMA mmap_size = 0");
    // Overwrites replaced and removed content, so a record that is erased later leaves nothing behind.
    db.execute("PRAGMA secure_delete = ON");
    if (settings.size_max_bytes > 0) db.execute("PRAGMA max_page_count = " + pages(settings.size_max_bytes));
}

// Makes the existing content durable, in case the previous process did not.
void make_durable(Connection& db) {
    {
        const Transaction nobody_writes(db, Transaction::Access::write);
        write_log_again(db);
        move_log_again(db);
    }
    db.set_checkpoint_on_close(true);
}

std::optional<Error> set_up(Connection& db, const SqliteSettings& settings) {
    db.set_checkpoint_on_close(false);  // not before the log is durable
    db.set_busy_timeout(settings.busy_timeout);
    db.execute("PRAGMA trusted_schema = OFF");
    db.execute("PRAGMA page_size = " + std::to_string(kPageBytes));
    if (auto refused = refuse_foreign(db, settings.path)) return refused;
    if (db.read_only()) {
        return failed(
            settings.path + " is read-only",
            "make the daemon's user its owner (chown, chmod u+w), on a filesystem mounted read-write");
    }
    const std::string mode = db.text("PRAGMA journal_mode = WAL");
    if (mode != "wal") {
        return failed(
            settings.path + ": SQLite cannot use a write-ahead log there (journal_mode is " + mode + ")",
            "move the store to a local filesystem");
    }
    set_pragmas(db, settings);
    make_durable(db);
    migrate(db, migrations());
    return std::nullopt;
}

}  // namespace

std::optional<Error> refuse_path(const std::string& path) {
    const fs::path parent = fs::path(path).has_parent_path() ? fs::path(path).parent_path() : fs::path(".");
    std::error_code error;
    const fs::file_status directory = fs::status(parent, error);
    if (directory.type() == fs::file_type::not_found) {
        return failed(
            path + ": the directory " + parent.string() + " does not exist",
            "create it (mkdir -p, owned by the daemon's user), or let systemd create it (StateDirectory=)");
    }
    if (error)
        return failed(path + ": " + error.message(), "grant the daemon's user access to that directory");
    if (directory.type() != fs::file_type::directory) {
        return failed(path + ": " + parent.string() + " is not a directory",
                      "set store.url to a file in a directory");
    }
    const fs::file_status file = fs::status(path, error);
    if (file.type() == fs::file_type::directory) {
        return failed(path + " is a directory", "set store.url to a file in it, such as store.db");
    }
    if (fs::exists(file) && file.type() != fs::file_type::regular) {
        return failed(path + " is not a regular file", "set store.url to another file");
    }
    return std::nullopt;
}

Result<std::unique_ptr<Connection>> open_connection(const SqliteSettings& settings) {
    try {
        auto db = std::make_unique<Connection>(settings.path, settings.vfs);
        if (auto refused = set_up(*db, settings)) return *refused;
        return db;
    } catch (const SqlError& error) {
        return to_error(error, kOpenStore, settings.path);
    }
}

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

namespace {

// Returns what `read` finds in a store of that schema or a newer one; std::nullopt if there is no such store yet.
template <class T, class Read>
Result<std::optional<T>> peek(const SqliteSettings& settings, int schema, Read read) {
    std::error_code unreadable;
    const auto size = std::filesystem::file_size(settings.path, unreadable);
    const bool absent = unreadable == std::errc::no_such_file_or_directory;
    if (absent || (!unreadable && size == 0)) return std::optional<T>();
    return guarded("inspect the store", settings.path, [&]() -> Result<std::optional<T>> {
        Connection db(settings.path, settings.vfs, Connection::Access::read_only);
        db.set_busy_timeout(settings.busy_timeout);
        if (auto refused = refuse_foreign(db, settings.path)) return *refused;
        if (db.number("PRAGMA user_version") < schema) return std::optional<T>();
        return read(db);
    });
}

}  // namespace

Result<std::optional<StreamState>> peek_stream(const SqliteSettings& settings, const std::string& stream) {
    // The database has no schema yet if the first start was interrupted.
    return peek<StreamState>(settings, 1, [&](Connection& db) { return StreamTable(db).load(stream); });
}

Result<std::optional<VersionUse>> peek_versions(const SqliteSettings& settings) {
    return peek<VersionUse>(settings, 10, [](Connection& db) {
        const std::string since = db.text(
            "SELECT c.committed_at FROM versions v JOIN changes c ON c.seq = v.seq ORDER BY v.seq LIMIT 1");
        return std::optional(VersionUse{
            .versions = static_cast<std::uint64_t>(db.number("SELECT versions FROM version_totals")),
            .bytes = static_cast<std::uint64_t>(db.number("SELECT bytes FROM version_totals")),
            .since = Timestamp::parse(since)});
    });
}

Result<> check_not_moved(const SqliteSettings& settings) {
    return guarded(kOpenStore, settings.path, [&]() -> Result<> {
        Connection db(settings.path, settings.vfs, Connection::Access::read_only);
        const auto note = [&db](const std::string& name) {
            const std::string value =
                db.text("SELECT ifnull(max(value), '') FROM meta WHERE name = '" + name + "'");
            return value.empty() ? std::nullopt : std::optional(value);
        };
        if (auto moved = refuse_moved(settings.path, note(kMovedTo), note(kCopying))) return *moved;
        return {};
    });
}

StoreUse store_use(const std::string& path) {
    StoreUse use;
    DiskUse disk{.folder = fs::path(path).has_parent_path() ? fs::path(path).parent_path().string() : "."};
    struct statvfs filesystem {};
    if (::statvfs(disk.folder.c_str(), &filesystem) == 0) {
        const std::uint64_t used = filesystem.f_blocks - filesystem.f_bfree;
        disk.size_bytes = (used + filesystem.f_bavail) * filesystem.f_frsize;
        disk.free_bytes = filesystem.f_bavail * filesystem.f_frsize;
        if (disk.size_bytes > 0) use.disk = std::move(disk);
    }
    for (const char* suffix : {"", "-wal", "-shm"}) {
        std::error_code failure;
        const std::uintmax_t bytes = fs::file_size(path + suffix, failure);
        if (!failure) use.bytes = use.bytes.value_or(0) + bytes;
    }
    return use;
}

}  // namespace carecloud
