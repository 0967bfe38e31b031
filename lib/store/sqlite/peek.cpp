#include "store/sqlite/peek.hpp"

#include "store/sqlite/connection.hpp"
#include "store/sqlite/migrations.hpp"
#include "store/sqlite/stream_table.hpp"

#include <filesystem>

namespace carecloud {

Result<std::optional<StreamState>> peek_stream(const SqliteSettings& settings, const std::string& stream) {
    std::error_code unreadable;
    const auto size = std::filesystem::file_size(settings.path, unreadable);
    const bool absent = unreadable == std::errc::no_such_file_or_directory;
    if (absent || (!unreadable && size == 0)) return std::optional<StreamState>();
    try {
        Connection db(settings.path, settings.vfs, Connection::Access::read_only);
        db.set_busy_timeout(settings.busy_timeout);
        if (auto refused = refuse_foreign(db, settings.path)) return *refused;
        // A database of ours without its schema yet: a first start that was cut off.
        if (db.number("PRAGMA user_version") == 0) return std::optional<StreamState>();
        return StreamTable(db).load(stream);
    } catch (const SqlError& error) {
        return to_error(error, "inspect the store", settings.path);
    }
}

}  // namespace carecloud
