// The reader's queries. Each is answered from an index, in the index's order, which test_read_plans.cpp verifies. The
// session forbids other plans (kReadSession), because the planner's choice depends on statistics, which are missing or
// outdated during a first load.
#pragma once

#include "store/postgres/connection.hpp"

namespace carecloud::pg_queries {

// Lookups are written as LATERAL … LIMIT 1, which rules out plans that join by reading a whole table.
inline constexpr const char* kReadSession =
    "SET enable_seqscan = off; SET enable_bitmapscan = off; SET enable_sort = off; SET enable_hashjoin = off;"
    " SET enable_mergejoin = off";

// A single statement sees one snapshot. The row has the position, and columns of the log if there are more changes.
inline constexpr PgSql kChanges{
    "reader_changes",
    "SELECT (SELECT value FROM meta WHERE name = 'generation'), (SELECT seq FROM change_head WHERE one),"
    " coalesce((SELECT value::bigint FROM meta WHERE name = 'pruned_to'), 0), c.*"
    " FROM (SELECT 1) AS one LEFT JOIN LATERAL (SELECT seq, stream, id, kind, modified, hash, committed_at"
    " FROM changes WHERE seq > $1 ORDER BY seq LIMIT $2) AS c ON true"};

inline constexpr PgSql kRecord{
    "reader_record",
    "SELECT id, modified, hash, seq, deleted_at, body FROM records WHERE stream = $1 AND id = $2"};
inline constexpr PgSql kIsHeld{"reader_is_held", "SELECT 1 FROM records WHERE stream = $1 AND id = $2"};
inline constexpr PgSql kBodies{
    "reader_bodies",
    "SELECT r.id, r.body FROM unnest($2::text[]) AS u (id) CROSS JOIN LATERAL"
    " (SELECT id, body FROM records WHERE stream = $1 AND id = u.id COLLATE \"C\" LIMIT 1) AS r"};

// Lists exclude the body, which is read only for the records returned; its length is known without reading it. $3: the
// content of an erased body. Columns: id, modified, hash, seq, deleted_at, the body's bytes, whether it is erased.
inline constexpr PgSql kListById{
    "reader_list_by_id",
    "SELECT id, modified, hash, seq, deleted_at, octet_length(body)::bigint, body = $3"
    " FROM records WHERE stream = $1 AND id > $2 ORDER BY id LIMIT $4"};
// Columns: the position, the record whose newest version it is (NULL if there is none), and the days.
inline constexpr PgSql kListByModified{
    "reader_list_by_modified",
    "SELECT c.modified_s, c.seq, r.*, c.start_day, c.end_day"
    " FROM (SELECT modified_s, seq, id, start_day, end_day FROM changes WHERE stream = $1"
    " AND (modified_s, seq) > ($2, $5) ORDER BY modified_s, seq LIMIT $4) AS c"
    " LEFT JOIN LATERAL (SELECT id, modified, hash, seq, deleted_at, octet_length(body)::bigint, body = $3"
    " FROM records WHERE stream = $1 AND id = c.id AND seq = c.seq LIMIT 1) AS r ON true"};
// $6: the last day of the filter. Most rows outside the filter are excluded by their first day, which is in the index.
inline constexpr PgSql kListByDays{
    "reader_list_by_days",
    "SELECT c.end_day, c.seq, r.*, c.start_day, c.end_day"
    " FROM (SELECT seq, start_day, end_day FROM changes WHERE stream = $1"
    " AND end_day IS NOT NULL AND (end_day, seq) > ($2, $5) ORDER BY end_day, seq LIMIT $4) AS c"
    " LEFT JOIN LATERAL (SELECT r.id, r.modified, r.hash, r.seq, r.deleted_at, octet_length(r.body)::bigint, "
    "r.body = $3"
    " FROM (SELECT id FROM changes WHERE seq = c.seq AND c.start_day <= $6 LIMIT 1) AS named"
    " CROSS JOIN LATERAL (SELECT * FROM records WHERE stream = $1 AND id = named.id AND seq = c.seq LIMIT 1) "
    "AS r"
    " LIMIT 1) AS r ON true"};
inline constexpr PgSql kCountRecords{
    "reader_count_records",
    "SELECT (SELECT count(*) FROM records WHERE stream = $1)"
    " - (SELECT count(*) FROM records WHERE stream = $1 AND deleted_at IS NOT NULL)"};

// A record's chain of changes, newest first. The numbers must descend, so a damaged chain ends, too.
inline constexpr PgSql kChain{
    "reader_chain",
    "WITH RECURSIVE chain AS ("
    "SELECT c.seq, c.previous, c.kind, c.modified, c.hash, c.committed_at FROM records AS r"
    " CROSS JOIN LATERAL (SELECT * FROM changes WHERE seq = r.seq LIMIT 1) AS c"
    " WHERE r.stream = $1 AND r.id = $2"
    " UNION ALL "
    "SELECT c.seq, c.previous, c.kind, c.modified, c.hash, c.committed_at FROM chain"
    " CROSS JOIN LATERAL (SELECT * FROM changes WHERE seq = chain.previous AND seq < chain.seq LIMIT 1) AS c"
    ") SELECT seq, kind, modified, hash, committed_at FROM chain"};
inline constexpr PgSql kReplacedHash{"reader_replaced_hash", "SELECT hash FROM versions WHERE seq = $1"};
inline constexpr PgSql kReplaced{"reader_replaced", "SELECT hash, bytes, body FROM versions WHERE seq = $1"};
inline constexpr PgSql kCorrections{
    "reader_corrections",
    "SELECT day, sign_in, field, was, is_now FROM corrections WHERE seq = $1 ORDER BY n"};

// Columns: the number at which the next page continues, then those of event_of_row(). $2: the maximum number of rows
// read; $3: a state or NULL.
inline constexpr PgSql kEvents{
    "reader_events",
    "SELECT * FROM (SELECT n, message_id, topic_arn, event_type, stream, record_id, event_time, "
    "received_at,"
    " state, settled_at FROM events WHERE n < $1 ORDER BY n DESC LIMIT $2) AS e"
    " WHERE $3::text IS NULL OR state = $3 LIMIT $4"};
// Few rows, which have a separate index.
inline constexpr PgSql kOpenEvents{
    "reader_open_events",
    "SELECT n, message_id, topic_arn, event_type, stream, record_id, event_time, received_at, state, "
    "settled_at"
    " FROM events WHERE state = 'open' AND n < $1 ORDER BY n DESC LIMIT $2"};
// The last row read by kEvents, and the one after it.
inline constexpr PgSql kLastScanned{"reader_last_scanned",
                                    "SELECT n FROM events WHERE n < $1 ORDER BY n DESC OFFSET $2 LIMIT 2"};
inline constexpr PgSql kEventsOfRecord{
    "reader_events_of_record",
    "SELECT message_id, topic_arn, event_type, stream, record_id, event_time, received_at, state, settled_at"
    " FROM events WHERE stream = $1 AND record_id = $2 ORDER BY received_at LIMIT $3"};
inline constexpr PgSql kDoubt{
    "reader_doubt", "SELECT modified, first_seen, ask_at FROM doubted WHERE stream = $1 AND id = $2"};
inline constexpr PgSql kOmission{"reader_omission",
                                 "SELECT first_at FROM omitted WHERE stream = $1 AND id = $2"};

inline constexpr PgSql kQuarantine{"reader_quarantine",
                                   "SELECT stream, id, modified, reason, octet_length(body)::bigint, "
                                   "attempts, first_at, last_at FROM quarantine"
                                   " WHERE (stream, id) > ($1, $2) ORDER BY stream, id LIMIT $3"};
inline constexpr PgSql kQuarantined{"reader_quarantined",
                                    "SELECT stream, id, modified, reason, octet_length(body)::bigint, "
                                    "attempts, first_at, last_at FROM quarantine"
                                    " WHERE stream = $1 AND id = $2"};

inline constexpr PgSql kCounts{
    "reader_counts",
    "SELECT (SELECT value FROM meta WHERE name = 'generation'), (SELECT seq FROM change_head WHERE one),"
    " (SELECT count(*) FROM events WHERE state = 'open'), (SELECT count(*) FROM quarantine),"
    " coalesce((SELECT sent FROM quota WHERE month = $1), 0),"
    " coalesce((SELECT reserved FROM quota WHERE month = $1), 0), (SELECT count(*) FROM doubted),"
    " (SELECT count(*) FROM omitted), (SELECT versions FROM version_totals), (SELECT bytes FROM "
    "version_totals)"};

}  // namespace carecloud::pg_queries
