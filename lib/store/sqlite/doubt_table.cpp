#include "store/rows.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/tables.hpp"

#include <string>

namespace carecloud {
namespace {

constexpr std::string_view kDoubtAny = "SELECT 1 FROM doubted WHERE stream = ?1 LIMIT 1";
constexpr std::string_view kDoubtFind =
    "SELECT modified, ask_at, hash FROM doubted WHERE stream = ?1 AND id = ?2";
constexpr std::string_view kDoubtPut =
    "INSERT INTO doubted (stream, id, modified, hash, first_seen, ask_at, reversals)"
    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"
    " ON CONFLICT DO UPDATE SET modified = excluded.modified, hash = excluded.hash, ask_at = excluded.ask_at,"
    " reversals = excluded.reversals"
    " WHERE (modified, hash, ask_at) IS NOT (excluded.modified, excluded.hash, excluded.ask_at)";
constexpr std::string_view kMove =
    "UPDATE doubted SET ask_at = ?3 WHERE stream = ?1 AND id = ?2 AND ask_at IS NOT ?3";
constexpr std::string_view kDoubtRemove = "DELETE FROM doubted WHERE stream = ?1 AND id = ?2";
constexpr std::string_view kNext =
    "SELECT id, modified, ask_at FROM doubted WHERE stream = ?1 ORDER BY ask_at LIMIT ?2";
// Uses the index changes_reversals.
constexpr std::string_view kReversed =
    "SELECT committed_at FROM changes WHERE stream = ?1 AND reversal IS NOT NULL ORDER BY seq DESC LIMIT 1";
constexpr std::string_view kOmit =
    "INSERT INTO omitted (stream, id, first_at, filter_changed) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO "
    "NOTHING";
constexpr std::string_view kListed = "DELETE FROM omitted WHERE stream = ?1 AND id = ?2";
constexpr std::string_view kOmitted =
    "SELECT id, first_at, filter_changed FROM omitted WHERE stream = ?1 ORDER BY first_at, id LIMIT ?2";

Timestamp time_of(std::string_view text) {
    return Timestamp::parse(text).value_or(Timestamp{});
}

}  // namespace

DoubtTable::DoubtTable(Connection& db)
    : any_(db, kDoubtAny),
      find_(db, kDoubtFind),
      put_(db, kDoubtPut),
      move_(db, kMove),
      remove_(db, kDoubtRemove),
      next_(db, kNext),
      reversed_(db, kReversed) {}

void DoubtTable::begin(std::string_view stream) {
    for (Statement* const statement : {&any_, &find_, &put_, &move_, &remove_})
        statement->bind(1, stream);
    const Statement::Scope scope(any_);
    has_any_ = any_.step();
}

std::optional<Timestamp> DoubtTable::ask_at(std::string_view id) {
    if (!has_any_) return std::nullopt;
    find_.bind(2, id);
    const Statement::Scope scope(find_);
    if (!find_.step()) return std::nullopt;
    return time_of(find_.text(1));
}

void DoubtTable::recall(std::string_view id, HeldVersion& held) {
    held.ask_at = ask_at(id);
    if (!held.ask_at) return;
    const Statement::Scope scope(find_);
    if (find_.step() && Timestamp::parse(find_.text(0)) == held.modified) held.doubted = find_.hash(2);
}

bool DoubtTable::holds(const Key& key) {
    if (!has_any_) return false;
    find_.bind(2, key.id);
    const Statement::Scope scope(find_);
    return find_.step() &&
           (find_.text(0) == key.modified_text || Timestamp::parse(find_.text(0)) == key.modified);
}

bool DoubtTable::put(const Record& record, Timestamp first_seen, Timestamp ask_at, std::uint64_t reversals) {
    const std::string seen = first_seen.to_string();
    const std::string ask = ask_at.to_string();
    put_.bind(2, record.id);
    put_.bind(3, record.modified_text);
    put_.bind(4, record.hash);
    put_.bind(5, seen);
    put_.bind(6, ask);
    put_.bind(7, static_cast<std::int64_t>(reversals));
    has_any_ = true;
    return put_.run() > 0;
}

void DoubtTable::move(std::string_view id, Timestamp ask_at) {
    const std::string ask = ask_at.to_string();
    move_.bind(2, id);
    move_.bind(3, ask);
    move_.run();
}

bool DoubtTable::remove(std::string_view id) {
    if (!has_any_) return false;
    remove_.bind(2, id);
    return remove_.run() > 0;
}

std::vector<Doubt> DoubtTable::next(std::string_view stream, std::size_t limit) {
    next_.bind(1, stream);
    next_.bind(2, static_cast<std::int64_t>(limit));
    const Statement::Scope scope(next_);
    std::vector<Doubt> doubts;
    while (next_.step())
        doubts.push_back(doubt_of_row(next_));
    return doubts;
}

std::optional<Timestamp> DoubtTable::reversed_at(std::string_view stream) {
    reversed_.bind(1, stream);
    const Statement::Scope scope(reversed_);
    if (!reversed_.step()) return std::nullopt;
    return Timestamp::parse(reversed_.text(0));
}

OmittedTable::OmittedTable(Connection& db) : put_(db, kOmit), remove_(db, kListed), next_(db, kOmitted) {}

void OmittedTable::begin(std::string_view stream) {
    put_.bind(1, stream);
    remove_.bind(1, stream);
}

bool OmittedTable::put(const Omission& omission) {
    const std::string at = omission.first_at.to_string();
    put_.bind(2, omission.id);
    put_.bind(3, at);
    put_.bind(4, std::int64_t{omission.filter_changed});
    return put_.run() > 0;
}

bool OmittedTable::remove(std::string_view id) {
    remove_.bind(2, id);
    return remove_.run() > 0;
}

std::vector<Omission> OmittedTable::next(std::string_view stream, std::size_t limit) {
    next_.bind(1, stream);
    next_.bind(2, static_cast<std::int64_t>(limit));
    const Statement::Scope scope(next_);
    std::vector<Omission> omissions;
    while (next_.step()) {
        omissions.push_back({.id = std::string(next_.text(0)),
                             .first_at = time_of(next_.text(1)),
                             .filter_changed = next_.integer(2) != 0});
    }
    return omissions;
}

}  // namespace carecloud
