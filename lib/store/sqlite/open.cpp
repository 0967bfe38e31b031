#include "store/sqlite/open.hpp"

#include "store/sqlite/log_repair.hpp"
#include "store/sqlite/migrations.hpp"

#include <filesystem>
#include <system_error>
#include <utility>

namespace carecloud {
namespace {

namespace fs = std::filesystem;

constexpr const char* kOpenStore = "open store";
// Whole records of attendance are 16 to 35 KB: larger pages mean shorter chains. Only a new file takes it.
constexpr std::int64_t kPageBytes = 16384;

Error failed(std::string subject, std::string hint) {
    return {.code = ErrorCode::store_failed,
            .operation = kOpenStore,
            .subject = std::move(subject),
            .hint = std::move(hint)};
}

void set_pragmas(Connection& db, const SqliteSettings& settings) {
    const std::int64_t page_bytes = db.number("PRAGMA page_size");
    const auto pages = [page_bytes](std::uint64_t bytes) {
        return std::to_string(bytes / static_cast<std::uint64_t>(page_bytes));
    };
    db.execute("PRAGMA synchronous = FULL");
    db.execute("PRAGMA cache_size = -" + std::to_string(settings.cache_bytes / 1024));
    db.execute("PRAGMA wal_autocheckpoint = 0");  // the Checkpointer moves the log
    // A log that grew beyond its usual size (a long reader, hazard 26) is cut back afterwards.
    db.execute("PRAGMA journal_size_limit = " + std::to_string(settings.checkpoint_bytes));
    db.execute("PRAGMA foreign_keys = ON");
    db.execute("PRAGMA mmap_size = 0");
    if (settings.size_max_bytes > 0) db.execute("PRAGMA max_page_count = " + pages(settings.size_max_bytes));
}

// What this life builds on is durable from here on, whatever the one before it had left undone.
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

}  // namespace carecloud
