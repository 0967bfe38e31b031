#include "store/sqlite/live_keys.hpp"

#include "store/sqlite/connection.hpp"

namespace carecloud {
namespace {

constexpr std::string_view kLive =
    "SELECT id, modified FROM records WHERE stream = ?1 AND deleted_at IS NULL AND (modified, id) > (?2, ?3)"
    " ORDER BY modified, id LIMIT ?4 OFFSET ?5";
constexpr std::string_view kCountLive =
    "SELECT count(*) FROM records WHERE stream = ?1 AND deleted_at IS NULL AND modified >= ?2";

}  // namespace

LiveKeys::LiveKeys(Connection& db) : read_(db, kLive), count_(db, kCountLive) {}

std::vector<Key> LiveKeys::read(const LiveRange& range) {
    std::vector<Key> keys;
    read_.bind(1, range.stream);
    // No key stands before two empty texts.
    read_.bind(2, range.after ? std::string_view(range.after->modified_text) : std::string_view());
    read_.bind(3, range.after ? std::string_view(range.after->id) : std::string_view());
    read_.bind(4, static_cast<std::int64_t>(range.limit));
    read_.bind(5, static_cast<std::int64_t>(range.skip));
    const Statement::Scope scope(read_);
    while (read_.step()) {
        Key key{std::string(read_.text(0)), std::string(read_.text(1)), {}};
        key.modified = Timestamp::parse(key.modified_text).value_or(Timestamp{});
        keys.push_back(std::move(key));
    }
    return keys;
}

std::uint64_t LiveKeys::count(const std::string& stream, const std::string& modified_from) {
    count_.bind(1, stream);
    count_.bind(2, modified_from);
    const Statement::Scope scope(count_);
    return count_.step() ? static_cast<std::uint64_t>(count_.integer(0)) : 0;
}

}  // namespace carecloud
