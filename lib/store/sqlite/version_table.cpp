#include "store/archive_thread.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/tables.hpp"

namespace carecloud {
namespace {

constexpr std::string_view kVersionInsert =
    "INSERT INTO versions (seq, stream, id, modified, hash, bytes, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
constexpr std::string_view kCorrectionInsert =
    "INSERT INTO corrections (seq, n, day, sign_in, field, was, is_now) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";

constexpr std::string_view kAddTotals =
    "UPDATE version_totals SET versions = versions + ?1, bytes = bytes + ?2";

void bind_value(Statement& statement, int index, const std::optional<std::string>& text) {
    if (text)
        statement.bind(index, *text);
    else
        statement.bind_null(index);
}

}  // namespace

VersionTotals::VersionTotals(Connection& db) : add_(db, kAddTotals) {}

void VersionTotals::add(std::int64_t versions, std::int64_t bytes) {
    add_.bind(1, versions);
    add_.bind(2, bytes);
    add_.run();
}

VersionTable::VersionTable(Connection& db)
    : insert_(db, kVersionInsert), correct_(db, kCorrectionInsert), totals_(db) {}

void VersionTable::put(std::string_view stream, const std::vector<Replaced>& replaced) {
    std::int64_t versions = 0;
    std::int64_t bytes = 0;
    for (const Replaced& one : replaced) {
        if (!one.kept) continue;
        insert(stream, one);
        ++versions;
        bytes += static_cast<std::int64_t>(one.kept->packed.size());
    }
    if (versions > 0) totals_.add(versions, bytes);
}

void VersionTable::insert(std::string_view stream, const Replaced& replaced) {
    const auto seq = static_cast<std::int64_t>(replaced.seq);
    insert_.bind(1, seq);
    insert_.bind(2, stream);
    insert_.bind(3, replaced.id);
    insert_.bind(4, replaced.modified_text);
    insert_.bind(5, replaced.hash);
    insert_.bind(6, static_cast<std::int64_t>(replaced.former.size()));
    insert_.bind_blob(7, replaced.kept->packed);
    insert_.run();
    correct_.bind(1, seq);
    std::int64_t n = 0;
    for (const Difference& one : replaced.kept->differences) {
        correct_.bind(2, n++);
        correct_.bind(3, one.day);
        correct_.bind(4, one.sign_in);
        correct_.bind(5, one.field);
        bind_value(correct_, 6, one.was);
        bind_value(correct_, 7, one.is_now);
        correct_.run();
    }
}

}  // namespace carecloud
