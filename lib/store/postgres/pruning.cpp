#include "store/postgres/pruning.hpp"

#include "store/archive_thread.hpp"

#include <string>
#include <utility>

namespace carecloud {
namespace {

constexpr std::int64_t kSliceRows = 500;
constexpr std::int64_t kSliceBodies = 50;

constexpr const char* kOldVersions =
    "SELECT v.seq, c.committed_at, length(v.body) FROM versions v LEFT JOIN changes c ON c.seq = v.seq"
    " ORDER BY v.seq LIMIT $1";
constexpr const char* kOldCorrections =
    "SELECT k.seq, c.committed_at FROM (SELECT seq FROM corrections ORDER BY seq, n LIMIT $1) k"
    " LEFT JOIN changes c ON c.seq = k.seq ORDER BY k.seq";
constexpr const char* kOldChanges =
    "SELECT c.seq, c.committed_at, EXISTS (SELECT 1 FROM records r WHERE r.stream = c.stream AND r.id = c.id"
    " AND r.seq = c.seq) FROM changes c WHERE c.seq > $1 ORDER BY c.seq LIMIT $2";
constexpr const char* kOldEvents =
    "DELETE FROM events WHERE message_id IN (SELECT message_id FROM events"
    " WHERE settled_at < $1 AND received_at < $1 AND state <> 'open' ORDER BY settled_at LIMIT $2)";
constexpr const char* kDeletedBodies =
    "UPDATE records r SET body = '{}', readable = NULL FROM (SELECT stream, id FROM records"
    " WHERE deleted_at < $1 AND deleted_at IS NOT NULL AND body <> '{}' ORDER BY deleted_at LIMIT $2) o"
    " WHERE r.stream = o.stream AND r.id = o.id RETURNING r.seq";
constexpr const char* kReduceTotals =
    "UPDATE version_totals SET versions = versions + $1, bytes = bytes + $2";
// All changes of the records, from these changes back.
constexpr const char* kChain =
    "WITH RECURSIVE chain AS (SELECT u.seq FROM unnest($1) u(seq) UNION ALL SELECT c.previous FROM chain"
    " CROSS JOIN LATERAL (SELECT previous FROM changes WHERE seq = chain.seq AND previous < chain.seq) c)"
    " SELECT seq FROM chain";
constexpr const char* kPosition =
    "SELECT coalesce((SELECT value::bigint FROM meta WHERE name = 'prune_position'), 0)";
constexpr const char* kSaveMeta =
    "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";

void remove_versions(PgConnection& db, const std::vector<std::int64_t>& seqs, PruneReport& report) {
    if (seqs.empty()) return;
    const PgRows removed =
        db.query("DELETE FROM versions WHERE seq = ANY($1) RETURNING length(body)", PgNumbers{seqs});
    std::int64_t bytes = 0;
    for (const PgRow row : removed)
        bytes += row.number(0);
    if (removed.empty()) return;
    db.query(kReduceTotals, -static_cast<std::int64_t>(removed.size()), -bytes);
    report.versions += removed.size();
}

// The numbers of the rows up to the first one that is young enough. A row whose change was pruned counts as old.
std::vector<std::int64_t> old_ones(const PgRows& rows, Timestamp limit) {
    std::vector<std::int64_t> seqs;
    for (const PgRow row : rows) {
        const auto at = row.time(1);
        if (at && *at >= limit) break;
        seqs.push_back(row.number(0));
    }
    return seqs;
}

// Each function returns whether there may be more to remove.
bool prune_versions(PgConnection& db, Timestamp limit, PruneReport& report) {
    const std::vector<std::int64_t> seqs = old_ones(db.query(kOldVersions, kSliceRows), limit);
    remove_versions(db, seqs, report);
    return std::cmp_equal(seqs.size(), kSliceRows);
}

bool prune_corrections(PgConnection& db, Timestamp limit, PruneReport& report) {
    const std::vector<std::int64_t> seqs = old_ones(db.query(kOldCorrections, kSliceRows), limit);
    if (seqs.empty()) return false;
    report.corrections += db.query("DELETE FROM corrections WHERE seq = ANY($1)", PgNumbers{seqs}).affected();
    return std::cmp_equal(seqs.size(), kSliceRows);
}

bool prune_changes(PgConnection& db, Timestamp limit, PruneReport& report) {
    const std::int64_t before = db.query(kPosition)[0].number(0);
    std::int64_t position = before;
    std::vector<std::int64_t> seqs;
    const PgRows rows = db.query(kOldChanges, before, kSliceRows);
    for (const PgRow row : rows) {
        if (*row.time(1) >= limit) break;
        position = row.number(0);
        if (!row.flag(2)) seqs.push_back(position);
    }
    if (position == before) return false;
    if (!seqs.empty()) {
        report.changes += db.query("DELETE FROM changes WHERE seq = ANY($1)", PgNumbers{seqs}).affected();
        db.query(kSaveMeta, "pruned_to", std::to_string(seqs.back()));
    }
    db.query(kSaveMeta, "prune_position", std::to_string(position));
    report.written = true;
    return std::cmp_equal(rows.size(), kSliceRows) && position == rows[rows.size() - 1].number(0);
}

bool prune_events(PgConnection& db, Timestamp limit, PruneReport& report) {
    const std::uint64_t removed = db.query(kOldEvents, limit, kSliceRows).affected();
    report.events += removed;
    return std::cmp_equal(removed, kSliceRows);
}

// Also removes the former versions of these records, which cannot be unpacked without the body.
bool prune_deleted(PgConnection& db, Timestamp limit, PruneReport& report) {
    std::vector<std::int64_t> newest;
    for (const PgRow row : db.query(kDeletedBodies, limit, kSliceBodies))
        newest.push_back(row.number(0));
    report.bodies += newest.size();
    erase_versions(db, newest, false, report);
    return std::cmp_equal(newest.size(), kSliceBodies);
}

}  // namespace

void erase_versions(PgConnection& db, const std::vector<std::int64_t>& newest, bool corrections,
                    PruneReport& report) {
    if (newest.empty()) return;
    std::vector<std::int64_t> seqs;
    for (const PgRow row : db.query(kChain, PgNumbers{newest}))
        seqs.push_back(row.number(0));
    remove_versions(db, seqs, report);
    if (!corrections) return;
    report.corrections += db.query("DELETE FROM corrections WHERE seq = ANY($1)", PgNumbers{seqs}).affected();
}

PruneReport prune_slice(PgConnection& db, const KeepLimits& limits) {
    PruneReport report;
    const auto run = [&](const std::optional<Timestamp>& limit, auto prune) {
        if (limit && !report.more) report.more = prune(db, *limit, report);
    };
    run(limits.versions, prune_versions);
    run(limits.versions, prune_corrections);
    run(limits.changes, prune_changes);
    run(limits.events, prune_events);
    run(limits.deleted, prune_deleted);
    report.written = report.written || report.rows() > 0;
    return report;
}

}  // namespace carecloud
