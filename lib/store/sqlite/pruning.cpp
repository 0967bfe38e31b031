#include "store/sqlite/pruning.hpp"

#include "store/sqlite/connection.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace carecloud {
namespace {

constexpr const char* kHasIndex = "SELECT count(*) FROM sqlite_schema WHERE name = 'records_by_id'";
constexpr const char* kPosition =
    "SELECT ifnull((SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'prune_position'), 0)";
constexpr const char* kPrunedTo =
    "SELECT ifnull((SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'pruned_to'), 0)";
// A version is as old as the change that replaced it; if that change is gone, the version is removed, too.
constexpr std::string_view kOldVersions =
    "SELECT v.seq, c.committed_at FROM versions v LEFT JOIN changes c ON c.seq = v.seq ORDER BY v.seq LIMIT "
    "8";
constexpr std::string_view kOldCorrection =
    "SELECT k.seq, c.committed_at FROM corrections k LEFT JOIN changes c ON c.seq = k.seq ORDER BY k.seq "
    "LIMIT 1";
constexpr std::string_view kOldChanges =
    "SELECT c.seq, c.committed_at, EXISTS (SELECT 1 FROM records r WHERE r.stream = c.stream AND r.id = c.id "
    "AND"
    " r.seq = c.seq) FROM changes c WHERE c.seq > ?1 ORDER BY c.seq LIMIT 16";
constexpr std::string_view kSavePosition =
    "REPLACE INTO meta (name, value) VALUES ('prune_position', ?1), ('pruned_to', ?2)";
constexpr std::string_view kOldEvents =
    "SELECT rowid, received_at, state <> 'open' AND ifnull(settled_at, received_at) < ?2 FROM events"
    " WHERE rowid > ?1 ORDER BY rowid LIMIT 16";
// Uses the index that contains only deleted records, one stream after the other.
constexpr std::string_view kDeletedRecords =
    "SELECT rowid, deleted_at, deleted_at < ?3 FROM records INDEXED BY records_deleted"
    " WHERE stream = ?1 AND deleted_at IS NOT NULL AND rowid > ?2 ORDER BY rowid LIMIT 8";
constexpr std::string_view kNextStream =
    "SELECT stream FROM records INDEXED BY records_deleted WHERE stream > ?1 AND deleted_at IS NOT NULL"
    " ORDER BY stream LIMIT 1";
constexpr std::string_view kRemoveBody =
    "UPDATE records SET body = ?2, readable = NULL WHERE rowid = ?1 AND body <> ?2 RETURNING seq";

struct Row {
    std::int64_t key = 0;
    std::string at{};   // empty if unknown
    bool flag = false;  // the third column
};

// The statement's rows, read before any of them is removed.
std::vector<Row> rows_of(Statement& statement) {
    std::vector<Row> rows;
    const Statement::Scope scope(statement);
    while (statement.step())
        rows.push_back({statement.integer(0), std::string(statement.text(1)), statement.integer(2) != 0});
    return rows;
}

}  // namespace

Pruning::Pruning(Connection& db)
    : db_(db),
      accepted_{.change = db.number(kPosition)},
      position_(accepted_),
      pruned_to_(db.number(kPrunedTo)),
      old_versions_(db, kOldVersions),
      version_removal_(db),
      old_correction_(db, kOldCorrection),
      remove_corrections_(db, "DELETE FROM corrections WHERE seq = ?1"),
      old_changes_(db, kOldChanges),
      remove_change_(db, "DELETE FROM changes WHERE seq = ?1"),
      save_position_(db, kSavePosition),
      old_events_(db, kOldEvents),
      remove_event_(db, "DELETE FROM events WHERE rowid = ?1"),
      deleted_records_(db, kDeletedRecords),
      next_stream_(db, kNextStream),
      remove_body_(db, kRemoveBody),
      previous_(db) {}

PruneReport Pruning::slice(const KeepLimits& limits, std::chrono::milliseconds time) {
    PruneReport report;
    position_ = accepted_;
    if (db_.number(kHasIndex) == 0) return report;
    const auto end = std::chrono::steady_clock::now() + time;
    // Each kind starts once the previous one has nothing more to do.
    const auto run = [&](const std::optional<Timestamp>& limit, auto prune) {
        if (!limit) return;
        const std::string text = limit->to_string_ms();
        while (!report.more && prune(text))
            report.more = std::chrono::steady_clock::now() >= end;
    };
    run(limits.versions, [&](const std::string& limit) { return prune_versions(limit, report); });
    run(limits.versions, [&](const std::string& limit) { return prune_corrections(limit, report); });
    run(limits.changes, [&](const std::string& limit) { return prune_changes(limit, report); });
    run(limits.events, [&](const std::string& limit) { return prune_events(limit, report); });
    run(limits.deleted, [&](const std::string& limit) { return prune_deleted(limit, report); });
    if (position_.change != accepted_.change) {
        save_position_.bind(1, position_.change);
        save_position_.bind(2, pruned_to_);
        save_position_.run();
        report.written = true;
    }
    report.written = report.written || report.rows() > 0;
    return report;
}

bool Pruning::prune_versions(const std::string& limit, PruneReport& report) {
    const std::vector<Row> rows = rows_of(old_versions_);
    for (const Row& row : rows) {
        if (row.at >= limit) return false;
        report.versions += version_removal_.remove(row.key) ? 1 : 0;
    }
    return !rows.empty();
}

bool Pruning::prune_corrections(const std::string& limit, PruneReport& report) {
    const std::vector<Row> rows = rows_of(old_correction_);
    if (rows.empty() || rows.front().at >= limit) return false;
    remove_corrections_.bind(1, rows.front().key);
    report.corrections += static_cast<std::uint64_t>(remove_corrections_.run());
    return true;
}

bool Pruning::prune_changes(const std::string& limit, PruneReport& report) {
    old_changes_.bind(1, position_.change);
    const std::vector<Row> rows = rows_of(old_changes_);
    for (const Row& row : rows) {
        if (row.at >= limit) return false;
        position_.change = row.key;
        if (row.flag) continue;  // a record's newest change
        remove_change_.bind(1, row.key);
        remove_change_.run();
        pruned_to_ = row.key;
        ++report.changes;
    }
    return !rows.empty();
}

bool Pruning::prune_events(const std::string& limit, PruneReport& report) {
    old_events_.bind(1, position_.event);
    old_events_.bind(2, limit);
    const std::vector<Row> rows = rows_of(old_events_);
    for (const Row& row : rows) {
        if (row.at >= limit) break;
        position_.event = row.key;
        if (!row.flag) continue;
        remove_event_.bind(1, row.key);
        remove_event_.run();
        ++report.events;
    }
    if (!rows.empty() && rows.back().at < limit) return true;
    position_.event = 0;  // the next call checks those that were open again
    return false;
}

bool Pruning::prune_deleted(const std::string& limit, PruneReport& report) {
    deleted_records_.bind(1, position_.stream);
    deleted_records_.bind(2, position_.record);
    deleted_records_.bind(3, limit);
    const std::vector<Row> rows = rows_of(deleted_records_);
    for (const Row& row : rows) {
        position_.record = row.key;
        if (row.flag) remove_body(row.key, report);
    }
    return !rows.empty() || go_to_next_stream();
}

// False: that was the last stream; the next round begins with the first.
bool Pruning::go_to_next_stream() {
    next_stream_.bind(1, position_.stream);
    const Statement::Scope scope(next_stream_);
    const bool found = next_stream_.step();
    position_.stream = found ? std::string(next_stream_.text(0)) : std::string();
    position_.record = 0;
    return found;
}

// Also removes the record's former versions, which cannot be unpacked without the body.
void Pruning::remove_body(std::int64_t rowid, PruneReport& report) {
    remove_body_.bind(1, rowid);
    remove_body_.bind(2, kNoBody);
    std::int64_t seq = 0;
    {
        const Statement::Scope scope(remove_body_);
        if (remove_body_.step()) seq = remove_body_.integer(0);
    }
    if (seq == 0) return;
    ++report.bodies;
    report.versions += version_removal_.remove_all(seq);
}

void Pruning::erase_versions(std::int64_t newest_seq, PruneReport& report) {
    for (std::int64_t seq = newest_seq; seq > 0; seq = previous_.of(seq)) {
        report.versions += version_removal_.remove(seq) ? 1 : 0;
        remove_corrections_.bind(1, seq);
        report.corrections += static_cast<std::uint64_t>(remove_corrections_.run());
    }
}

}  // namespace carecloud
