#include "store/rows.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/tables.hpp"
#include "store/store.hpp"

namespace carecloud {
namespace {

constexpr std::string_view kQuarantineAny = "SELECT 1 FROM quarantine WHERE stream = ?1 LIMIT 1";
constexpr std::string_view kQuarantineFind =
    "SELECT modified, reason FROM quarantine WHERE stream = ?1 AND id = ?2";
constexpr std::string_view kQuarantinePut =
    "INSERT INTO quarantine (stream, id, modified, reason, body, attempts, first_at, last_at)"
    " VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6, ?6)"
    " ON CONFLICT DO UPDATE SET modified = excluded.modified, reason = excluded.reason, body = excluded.body,"
    " attempts = attempts + 1, last_at = excluded.last_at";
constexpr std::string_view kQuarantineRemove = "DELETE FROM quarantine WHERE stream = ?1 AND id = ?2";
constexpr std::string_view kUntried =
    "SELECT id, modified FROM quarantine WHERE stream = ?1 AND ((body = '' AND (last_at < ?2 OR (last_at < ?7"
    " AND attempts <= ?8))) OR (last_at < ?2 AND substr(reason, 1, length(?5)) = ?5 AND substr(id, 1, 7) <>"
    " 'sha256:' AND (attempts <= ?6 OR last_at < ?4)))"
    " ORDER BY last_at, id LIMIT ?3";

}  // namespace

QuarantineTable::QuarantineTable(Connection& db)
    : any_(db, kQuarantineAny),
      find_(db, kQuarantineFind),
      put_(db, kQuarantinePut),
      remove_(db, kQuarantineRemove),
      untried_(db, kUntried) {}

void QuarantineTable::begin(std::string_view stream, std::string_view at) {
    any_.bind(1, stream);
    find_.bind(1, stream);
    put_.bind(1, stream);
    put_.bind(6, at);
    remove_.bind(1, stream);
    untried_.bind(1, stream);
    const Statement::Scope scope(any_);
    has_any_ = any_.step();
}

bool QuarantineTable::put(const InvalidRecord& record, Attempt attempt) {
    find_.bind(2, record.id);
    {
        const Statement::Scope scope(find_);
        const bool found = has_any_ && attempt == Attempt::same && find_.step();
        if (found && find_.text(0) == record.modified_text && find_.text(1) == record.reason) return false;
    }
    put_.bind(2, record.id);
    put_.bind(3, record.modified_text);
    put_.bind(4, record.reason);
    put_.bind(5, record.body);
    put_.run();
    has_any_ = true;
    return true;
}

bool QuarantineTable::remove(std::string_view id) {
    remove_.bind(2, id);
    return remove_.run() > 0;
}

bool QuarantineTable::release(std::string_view id, Timestamp modified) {
    find_.bind(2, id);
    std::optional<Timestamp> invalid;
    {
        const Statement::Scope scope(find_);
        if (find_.step()) invalid = Timestamp::parse(find_.text(0));
    }
    return invalid && *invalid <= modified && remove(id);
}

std::vector<Key> QuarantineTable::untried(Timestamp now, std::size_t limit) {
    std::vector<Key> keys;
    if (!has_any_) return keys;
    const std::string hourly = (now - std::chrono::hours(1)).to_string_ms();
    const std::string daily = (now - std::chrono::days(1)).to_string_ms();
    const std::string soon = (now - Store::kSoon).to_string_ms();
    untried_.bind(2, hourly);
    untried_.bind(3, static_cast<std::int64_t>(limit));
    untried_.bind(4, daily);
    untried_.bind(5, kNotJsonReason);
    untried_.bind(6, Store::kHourlyAttempts);
    untried_.bind(7, soon);
    untried_.bind(8, Store::kSoonAttempts);
    const Statement::Scope scope(untried_);
    while (untried_.step())
        keys.push_back(key_of_row(untried_));
    return keys;
}

bool QuarantineTable::holds(const Key& key) {
    find_.bind(2, key.id);
    const Statement::Scope scope(find_);
    return find_.step() && find_.text(0) == key.modified_text;
}

}  // namespace carecloud
