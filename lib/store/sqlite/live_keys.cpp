#include "store/sqlite/live_keys.hpp"

#include "store/rows.hpp"
#include "store/sqlite/connection.hpp"
#include "store/store.hpp"

#include <utility>

namespace carecloud {
namespace {

constexpr std::string_view kLive =
    "SELECT id, modified FROM records WHERE stream = ?1 AND deleted_at IS NULL AND (modified, id) > (?2, ?3)"
    " ORDER BY modified, id LIMIT ?4 OFFSET ?5";
constexpr std::string_view kCountLive =
    "SELECT count(*) FROM records WHERE stream = ?1 AND deleted_at IS NULL AND modified >= ?2";

constexpr const char* kLivePragmas =
    "PRAGMA query_only = ON; PRAGMA cache_size = -8192; PRAGMA mmap_size = 0; PRAGMA trusted_schema = OFF";

}  // namespace

Result<std::unique_ptr<LiveKeys>> LiveKeys::open(const SqliteSettings& settings) {
    return guarded("open store to read", settings.path, [&]() -> Result<std::unique_ptr<LiveKeys>> {
        auto db = std::make_unique<Connection>(settings.path, settings.vfs, Connection::Access::read_only);
        db->set_busy_timeout(settings.busy_timeout);
        db->execute(kLivePragmas);
        return std::unique_ptr<LiveKeys>(new LiveKeys(settings, std::move(db)));
    });
}

LiveKeys::LiveKeys(const SqliteSettings& settings, std::unique_ptr<Connection> db)
    : path_(settings.path), db_(std::move(db)), read_(*db_, kLive), count_(*db_, kCountLive) {}

Result<std::vector<Key>> LiveKeys::read(const LiveRange& range) {
    return guarded("read keys of " + range.stream, path_, [&]() -> Result<std::vector<Key>> {
        std::vector<Key> keys;
        read_.bind(1, range.stream);
        // No key precedes two empty texts.
        read_.bind(2, range.after ? std::string_view(range.after->modified_text) : std::string_view());
        read_.bind(3, range.after ? std::string_view(range.after->id) : std::string_view());
        read_.bind(4, static_cast<std::int64_t>(range.limit));
        read_.bind(5, static_cast<std::int64_t>(range.skip));
        const Statement::Scope scope(read_);
        while (read_.step())
            keys.push_back(key_of_row(read_));
        ensure_live(range, keys);
        return keys;
    });
}

Result<std::uint64_t> LiveKeys::count(const std::string& stream, const std::string& modified_from) {
    return guarded("count records of " + stream, path_, [&]() -> Result<std::uint64_t> {
        count_.bind(1, stream);
        count_.bind(2, modified_from);
        const Statement::Scope scope(count_);
        return count_.step() ? static_cast<std::uint64_t>(count_.integer(0)) : 0;
    });
}

}  // namespace carecloud
