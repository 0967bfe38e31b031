#include "store/postgres/store_queries.hpp"

#include "store/postgres/pipeline.hpp"
#include "store/postgres/text_map.hpp"
#include "store/rows.hpp"

#include <utility>

namespace carecloud {
namespace {

constexpr PgSql kKeysHeld{
    "keys_held",
    "SELECT r.id, r.modified, r.deleted_at IS NOT NULL FROM unnest($2) u(id) CROSS JOIN LATERAL"
    " (SELECT * FROM records WHERE stream = $1 AND id = u.id COLLATE \"C\" LIMIT 1) r"};
constexpr PgSql kKeysDoubted{
    "keys_doubted",
    "SELECT d.id, d.modified FROM unnest($2) u(id) CROSS JOIN LATERAL"
    " (SELECT * FROM doubted WHERE stream = $1 AND id = u.id COLLATE \"C\" LIMIT 1) d"
    " WHERE (SELECT true FROM doubted WHERE stream = $1 LIMIT 1)"};
constexpr PgSql kKeysQuarantined{
    "keys_quarantined",
    "SELECT q.id, q.modified FROM unnest($2) u(id) CROSS JOIN LATERAL"
    " (SELECT * FROM quarantine WHERE stream = $1 AND id = u.id COLLATE \"C\" LIMIT 1) q"
    " WHERE (SELECT true FROM quarantine WHERE stream = $1 LIMIT 1)"};
constexpr PgSql kRecordsHeld{
    "records_held",
    "SELECT r.id, r.modified, r.deleted_at IS NOT NULL, r.hash, r.seq FROM unnest($2) u(id) CROSS JOIN "
    "LATERAL"
    " (SELECT * FROM records WHERE stream = $1 AND id = u.id COLLATE \"C\" LIMIT 1) r"};
constexpr const char* kDue =
    "SELECT id, modified, ask_at FROM doubted WHERE stream = $1 ORDER BY ask_at, id LIMIT $2";
constexpr const char* kWaiting =
    "SELECT id, first_at, filter_changed FROM omitted WHERE stream = $1 ORDER BY first_at, id LIMIT $2";
constexpr const char* kReversed =
    "SELECT committed_at FROM changes WHERE stream = $1 AND reversal IS NOT NULL ORDER BY seq DESC LIMIT 1";
constexpr const char* kUntried =
    "SELECT id, modified FROM quarantine WHERE stream = $1 AND ((octet_length(body) = 0 AND (last_at < $2 OR"
    " (last_at < $7 AND attempts <= $8))) OR (last_at < $2 AND left(reason, length($5)) = $5 AND left(id, 7) "
    "<>"
    " 'sha256:' AND (attempts <= $6 OR last_at < $4))) ORDER BY last_at, id LIMIT $3";
constexpr const char* kLive =
    "SELECT id, modified FROM records WHERE stream = $1 AND deleted_at IS NULL AND (modified, id) > ($2, $3)"
    " ORDER BY modified, id LIMIT $4 OFFSET $5";
constexpr const char* kCountLive =
    "SELECT count(*) FROM records WHERE stream = $1 AND deleted_at IS NULL AND modified >= $2";
constexpr PgSql kPutRequests{
    "put_requests",
    "INSERT INTO quota (month, sent, reserved, requests) VALUES ($1, $2, $3, $2 + $3)"
    " ON CONFLICT (month) DO UPDATE SET sent = excluded.sent, reserved = excluded.reserved,"
    " requests = excluded.requests"};

// The parameters from $`first` on, in the order of kPassColumns. $1 is the id.
std::string pass_values(int first) {
    std::string values;
    for (int i = first; i <= 31; ++i)
        values += (i > first ? ", $" : "$") + std::to_string(i);
    return values;
}

// Assigns the columns except the id.
std::string pass_assignments() {
    const std::string_view columns = kPassColumns.substr(kPassColumns.find(',') + 2);
    return "(" + std::string(columns) + ") = (" + pass_values(2) + ")";
}

std::vector<std::string_view> views_of(const std::vector<std::string>& texts) {
    return {texts.begin(), texts.end()};
}

}  // namespace

PostgresSettings slow_settings(PostgresSettings settings) {
    settings.limits.statement = std::chrono::minutes(2);
    settings.answer_timeout = settings.limits.statement + std::chrono::seconds(5);
    return settings;
}

Result<std::optional<StreamState>> read_stream_state(PgConnection& db, const std::string& stream) {
    const PgRows rows =
        db.query("SELECT " + std::string(kStreamColumns) + " FROM streams WHERE stream = $1", stream);
    if (rows.empty()) return std::optional<StreamState>();
    return stream_of_row(rows[0], stream);
}

Result<std::vector<std::size_t>> find_unknown_keys(PgConnection& db, const std::string& stream,
                                                   const std::vector<Key>& keys) {
    std::vector<std::string_view> ids;
    for (const Key& key : keys) {
        if (is_pg_text(key.id)) ids.push_back(key.id);
    }
    PgPipeline pipeline(db);
    pipeline.add(kKeysHeld, stream, PgTexts{ids});
    pipeline.add(kKeysDoubted, stream, PgTexts{ids});
    pipeline.add(kKeysQuarantined, stream, PgTexts{ids});
    const std::vector<PgRows> results = pipeline.finish();
    TextMap<std::vector<std::string>> held;  // `modified` by id, from both tables
    TextMap<std::string> quarantined;
    for (const PgRow row : results[0]) {
        if (!row.flag(2)) held[std::string(row.text(0))].emplace_back(row.text(1));
    }
    for (const PgRow row : results[1])
        held[std::string(row.text(0))].emplace_back(row.text(1));
    for (const PgRow row : results[2])
        quarantined.emplace(row.text(0), row.text(1));
    std::vector<std::size_t> unknown;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        const Key& key = keys[i];
        bool known = false;
        if (const auto found = held.find(key.id); found != held.end()) {
            for (const std::string& modified : found->second)
                known = known || modified == key.modified_text || Timestamp::parse(modified) == key.modified;
        }
        const auto aside = quarantined.find(key.id);
        known = known || (aside != quarantined.end() && aside->second == key.modified_text);
        if (!known) unknown.push_back(i);
    }
    return unknown;
}

Result<std::vector<std::optional<HeldRecord>>> find_held_records(PgConnection& db, const std::string& stream,
                                                                 const std::vector<std::string>& ids) {
    PgPipeline pipeline(db);
    pipeline.add(kRecordsHeld, stream, PgTexts{views_of(ids)});
    pipeline.add(kKeysDoubted, stream, PgTexts{views_of(ids)});
    const std::vector<PgRows> results = pipeline.finish();
    TextMap<HeldRecord> held;
    for (const PgRow row : results[0]) {
        held.emplace(row.text(0), HeldRecord{.modified_text = std::string(row.text(1)),
                                             .modified = Timestamp::parse(row.text(1)),
                                             .deleted = row.flag(2),
                                             .hash = row.hash(3),
                                             .seq = row.count(4)});
    }
    for (const PgRow row : results[1]) {
        if (const auto found = held.find(row.text(0)); found != held.end()) found->second.doubted = true;
    }
    std::vector<std::optional<HeldRecord>> found;
    for (const std::string& id : ids) {
        const auto record = held.find(id);
        found.push_back(record == held.end() ? std::nullopt : std::optional(record->second));
    }
    return found;
}

Result<Rechecks> read_rechecks(PgConnection& db, const std::string& stream, std::size_t limit) {
    Rechecks rechecks;
    for (const PgRow row : db.query(kDue, stream, std::uint64_t{limit}))
        rechecks.doubted.push_back(doubt_of_row(row));
    for (const PgRow row : db.query(kWaiting, stream, std::uint64_t{limit})) {
        rechecks.omitted.push_back({.id = std::string(row.text(0)),
                                    .first_at = Timestamp::parse(row.text(1)).value_or(Timestamp{}),
                                    .filter_changed = row.flag(2)});
    }
    const PgRows reversed = db.query(kReversed, stream);
    if (!reversed.empty()) rechecks.reversed_at = reversed[0].time(0);
    return rechecks;
}

Result<std::vector<Key>> read_untried(PgConnection& db, const std::string& stream, Timestamp now,
                                      std::size_t limit) {
    std::vector<Key> keys;
    for (const PgRow row : db.query(kUntried, stream, now - std::chrono::hours(1), std::uint64_t{limit},
                                    now - std::chrono::days(1), kNotJsonReason, Store::kHourlyAttempts,
                                    now - Store::kSoon, Store::kSoonAttempts))
        keys.push_back(key_of_row(row));
    return keys;
}

Result<std::vector<Key>> read_live_keys(PgConnection& db, const LiveRange& range) {
    std::vector<Key> keys;
    // No key precedes two empty texts.
    const std::string modified = range.after ? range.after->modified_text : std::string();
    const std::string id = range.after ? range.after->id : std::string();
    for (const PgRow row :
         db.query(kLive, range.stream, modified, id, std::uint64_t{range.limit}, std::uint64_t{range.skip}))
        keys.push_back(key_of_row(row));
    return keys;
}

Result<std::uint64_t> count_live_keys(PgConnection& db, const std::string& stream,
                                      const std::string& modified_from) {
    return db.query(kCountLive, stream, modified_from)[0].count(0);
}

Result<std::map<std::string, Timestamp>> read_first_passes(PgConnection& db) {
    std::map<std::string, Timestamp> first;
    for (const PgRow row : db.query("SELECT stream, ended_at FROM first_passes"))
        first.emplace(row.text(0), *row.time(1));
    return first;
}

void put_first_pass(PgConnection& db, const std::string& stream, Timestamp at) {
    db.query("INSERT INTO first_passes (stream, ended_at) VALUES ($1, $2) ON CONFLICT (stream) DO NOTHING",
             stream, at);
}

Result<std::vector<Job>> read_all_passes(PgConnection& db) {
    std::vector<Job> passes;
    for (const PgRow row : db.query("SELECT " + std::string(kPassColumns) + " FROM passes ORDER BY pass"))
        passes.push_back(job_of_row(row));
    return passes;
}

std::uint64_t put_pass(PgConnection& db, const Job& pass, Timestamp at) {
    static const std::string update =
        "UPDATE passes SET " + pass_assignments() + " WHERE pass = $1 RETURNING pass";
    static const std::string insert =
        "INSERT INTO passes (" + std::string(kPassColumns) + ") VALUES (coalesce(nullif($1, 0)," +
        " nextval(pg_get_serial_sequence('passes', 'pass'))), " + pass_values(2) + ") RETURNING pass";
    const std::string now = at.to_string_ms();
    const std::string& requested_at = pass.id == 0 ? now : pass.requested_at;
    // Texts must live until the statements have been sent.
    const auto modified = pass.position ? std::optional(pass.position->modified_text) : std::nullopt;
    const auto id_of_position = pass.position ? std::optional(pass.position->id) : std::nullopt;
    const PgParams values(pass.id, to_string(pass.kind), pass.stream, to_string(pass.status), pass.scheduled,
                          pass.deep, pass.whole, pass.confirm_deletes, pass.first_day, pass.last_day,
                          modified, id_of_position, pass.steps, pass.steps_done, pass.records, pass.expected,
                          pass.missing, pass.changed, pass.gone, pass.deleted, pass.requests, pass.error,
                          pass.hint, requested_at, pass.started_at, now, pass.holes, pass.awaiting,
                          pass.reason, pass.unexplained, pass.ranges);
    PgRows written;
    if (pass.id > 0) written = db.run(update, values);
    if (written.empty()) written = db.run(insert, values);
    const std::uint64_t id = written[0].count(0);
    if (pass.id == 0) {
        db.query("DELETE FROM passes WHERE pass <= $1 AND state NOT IN ('waiting', 'running')",
                 static_cast<std::int64_t>(id) - static_cast<std::int64_t>(Store::kPassesKept));
    }
    return id;
}

Result<RequestCount> read_requests(PgConnection& db, const std::string& month) {
    const PgRows rows = db.query("SELECT sent, reserved FROM quota WHERE month = $1", month);
    if (rows.empty()) return RequestCount();
    return RequestCount{.sent = rows[0].count(0), .reserved = rows[0].count(1)};
}

void put_requests(PgConnection& db, const std::string& month, RequestCount count) {
    db.query(kPutRequests, month, count.sent, count.reserved);
}

}  // namespace carecloud
