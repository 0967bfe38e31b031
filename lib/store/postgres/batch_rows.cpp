#include "store/postgres/batch_rows.hpp"

#include "store/rows.hpp"

#include <unordered_set>

namespace carecloud {
namespace {

// Before the first ANALYZE, `id = ANY(…)` would read the whole stream. This form never does.
constexpr PgSql kReadRecords{
    "read_records",
    "SELECT r.id, r.modified, r.hash, r.kind, r.deleted_at IS NOT NULL, r.seq FROM unnest($2) u(id)"
    " CROSS JOIN LATERAL (SELECT * FROM records WHERE stream = $1 AND id = u.id COLLATE \"C\" LIMIT 1) r"};
// Almost always the stream has no row in this table; the last condition then prevents a lookup for each id.
constexpr PgSql kReadQuarantine{
    "read_quarantine",
    "SELECT q.id, q.modified, q.reason, q.attempts, q.first_at FROM unnest($2) u(id) CROSS JOIN LATERAL"
    " (SELECT * FROM quarantine WHERE stream = $1 AND id = u.id COLLATE \"C\" LIMIT 1) q"
    " WHERE (SELECT true FROM quarantine WHERE stream = $1 LIMIT 1)"};
constexpr PgSql kReadDoubts{"read_doubts",
                            "SELECT d.id, d.modified, d.hash, d.first_seen, d.ask_at, d.reversals FROM "
                            "unnest($2) u(id) CROSS JOIN LATERAL"
                            " (SELECT * FROM doubted WHERE stream = $1 AND id = u.id COLLATE \"C\" LIMIT 1) d"
                            " WHERE (SELECT true FROM doubted WHERE stream = $1 LIMIT 1)"};
constexpr PgSql kReadOmitted{
    "read_omitted",
    "SELECT o.id FROM unnest($2) u(id) CROSS JOIN LATERAL"
    " (SELECT * FROM omitted WHERE stream = $1 AND id = u.id COLLATE \"C\" LIMIT 1) o"};
constexpr PgSql kReadHead{"read_head", "SELECT seq FROM change_head"};
// Follows each chain from its newest change. The numbers must descend, so a damaged chain ends, too.
constexpr PgSql kReadHistory{
    "read_history",
    "WITH RECURSIVE chain AS ("
    "SELECT c.seq, c.modified, c.hash, c.committed_at, c.reversal, c.previous, 1 AS depth FROM unnest($1) "
    "u(seq)"
    " CROSS JOIN LATERAL (SELECT * FROM changes WHERE seq = u.seq) c"
    " UNION ALL SELECT c.seq, c.modified, c.hash, c.committed_at, c.reversal, c.previous, chain.depth + 1 "
    "FROM chain"
    " CROSS JOIN LATERAL (SELECT * FROM changes WHERE seq = chain.previous AND seq < chain.seq) c"
    " WHERE chain.depth < $2) SELECT seq, modified, hash, committed_at, reversal, previous FROM chain"};

// A lease that was taken before a failover of the database is not valid afterwards: taking it again detects lost
// commits.
constexpr PgSql kCheckFence{
    "check_fence",
    "SELECT 1 FROM leases WHERE stream = $1 AND holder = $2 AND token = $3 AND timeline = "
    "left(pg_walfile_name(pg_current_wal_lsn()), 8) FOR SHARE"};

constexpr std::int32_t kFirstDepth = 4;
constexpr std::int32_t kWholeDepth = 1001;

BatchRecord record_row(const PgRow& row) {
    BatchRecord held{
        .modified_text = std::string(row.text(1)), .deleted = row.flag(4), .stored_seq = row.count(5)};
    held.change.seq = held.stored_seq;
    held.change.version.modified = Timestamp::parse(held.modified_text);
    held.change.version.hash = row.hash(2);
    held.change.version.last_change = last_change_of(held.deleted, row.text(3));
    held.change.newest = {.modified = held.change.version.modified, .hash = held.change.version.hash};
    return held;
}

void fill(BatchRows& rows, const std::vector<PgRows>& results, std::size_t at, bool has_omissions,
          const std::string& stream) {
    rows.seq = results[at][0].count(0);
    for (const PgRow row : results[at + 1])
        rows.records.emplace(row.text(0), record_row(row));
    for (const PgRow row : results[at + 2]) {
        rows.quarantine.by_id.emplace(row.text(0), BatchQuarantine{.modified = std::string(row.text(1)),
                                                                   .reason = std::string(row.text(2)),
                                                                   .attempts = row.count(3),
                                                                   .first_at = *row.time(4)});
    }
    for (const PgRow row : results[at + 3]) {
        rows.doubts.by_id.emplace(row.text(0),
                                  BatchDoubt{.modified = std::string(row.text(1)),
                                             .hash = row.hash(2),
                                             .first_seen = std::string(row.text(3)),
                                             .ask_at = Timestamp::parse(row.text(4)).value_or(Timestamp{}),
                                             .reversals = row.count(5)});
    }
    for (const PgRow row : results[at + 4]) {
        // A damaged row is treated as missing, and overwritten.
        const auto state = stream_of_row(row, stream);
        if (state) rows.stream = *state;
    }
    if (!has_omissions) return;
    for (const PgRow row : results[at + 5])
        rows.omitted.by_id.emplace(row.text(0), Omission{.id = std::string(row.text(0)), .first_at = {}});
}

}  // namespace

void add_fence(PgPipeline& pipeline, const std::optional<Fence>& fence) {
    if (fence) pipeline.add(kCheckFence, fence->lease, fence->holder, fence->token);
}

bool holds_fence(PgConnection& db, const std::optional<Fence>& fence) {
    return !fence || !db.query(kCheckFence, fence->lease, fence->holder, fence->token).empty();
}

std::vector<std::string_view> ids_of(const Batch& batch, const std::vector<InvalidRecord>& not_text) {
    std::vector<std::string_view> ids;
    std::unordered_set<std::string_view> known;
    const auto add = [&](std::string_view id) {
        if (is_pg_text(id) && known.insert(id).second) ids.push_back(id);
    };
    if (batch.page) {
        for (const Record& record : batch.page->records)
            add(record.id);
        for (const InvalidRecord& record : batch.page->invalid)
            add(record.id);
    }
    for (const std::vector<InvalidRecord>* const invalid : {&batch.unreachable, &not_text}) {
        for (const InvalidRecord& record : *invalid)
            add(record.id);
    }
    for (const Key& key : batch.gone)
        add(key.id);
    for (const std::vector<std::string>* const listed :
         {&batch.undoubted, &batch.released, &batch.unomitted}) {
        for (const std::string& id : *listed)
            add(id);
    }
    for (const Omission& omission : batch.omitted)
        add(omission.id);
    return ids;
}

std::optional<BatchRows> read_batch_rows(PgPipeline& pipeline, const Batch& batch,
                                         const std::vector<std::string_view>& ids,
                                         const std::optional<Fence>& fence) {
    static const std::string stream_sql =
        "SELECT " + std::string(kStreamColumns) + " FROM streams WHERE stream = $1";
    const PgSql read_stream{"read_stream", stream_sql.c_str()};
    const bool has_omissions = !batch.omitted.empty() || !batch.unomitted.empty();
    add_fence(pipeline, fence);
    pipeline.add(kReadHead);
    pipeline.add(kReadRecords, batch.stream, PgTexts{ids});
    pipeline.add(kReadQuarantine, batch.stream, PgTexts{ids});
    pipeline.add(kReadDoubts, batch.stream, PgTexts{ids});
    pipeline.add(read_stream, batch.stream);
    if (has_omissions) pipeline.add(kReadOmitted, batch.stream, PgTexts{ids});
    const std::vector<PgRows> results = pipeline.finish();
    // The first result is that of BEGIN.
    if (fence && results[1].empty()) return std::nullopt;
    BatchRows rows;
    fill(rows, results, fence ? 2 : 1, has_omissions, batch.stream);
    return rows;
}

void PgHistory::read(const std::vector<std::int64_t>& newest) {
    if (!newest.empty()) read(newest, kFirstDepth);
}

void PgHistory::read(const std::vector<std::int64_t>& newest, std::int32_t depth) {
    for (const PgRow row : db_.query(kReadHistory, PgNumbers{newest}, depth)) {
        changes_[row.count(0)] = {.modified = Timestamp::parse(row.text(1)),
                                  .hash = row.hash(2),
                                  .committed_at = row.time(3),
                                  .reversal = row.count(4),
                                  .previous = row.count(5)};
    }
}

std::optional<PastChange> PgHistory::past(std::uint64_t seq) {
    auto found = changes_.find(seq);
    if (found == changes_.end()) {
        read({static_cast<std::int64_t>(seq)}, kWholeDepth);
        found = changes_.find(seq);
    }
    return found == changes_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace carecloud
