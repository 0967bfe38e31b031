// The reader's queries, and the indexes that they use: none reads a whole table. test_read_plans.cpp checks this.
#pragma once

#include <string_view>

namespace carecloud::read_queries {

// Pruning may have removed the newest rows of the log: then their highest number is in `meta`.
inline constexpr std::string_view kPosition =
    "SELECT (SELECT value FROM meta WHERE name = 'generation'),"
    " max(ifnull((SELECT max(seq) FROM changes), 0),"
    " ifnull((SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'seq_high'), 0)),"
    " ifnull((SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'pruned_to'), 0)";
inline constexpr std::string_view kChanges =
    "SELECT seq, stream, id, kind, modified, hash, committed_at FROM changes WHERE seq > ?1 ORDER BY seq "
    "LIMIT ?2";

// Whether the indexes exist that a first load omits.
inline constexpr std::string_view kIndexed =
    "SELECT count(*) FROM sqlite_schema WHERE name = 'records_by_id'";
// Uses records_by_id.
inline constexpr std::string_view kRecord =
    "SELECT id, modified, hash, seq, deleted_at, body FROM records WHERE stream = ?1 AND id = ?2";
inline constexpr std::string_view kBody = "SELECT body FROM records WHERE rowid = ?1";

// A record's history along its chain of changes: each step uses its table's key.
inline constexpr std::string_view kNewestSeq = "SELECT seq FROM records WHERE stream = ?1 AND id = ?2";
inline constexpr std::string_view kLink =
    "SELECT previous, kind, modified, hash, committed_at FROM changes WHERE seq = ?1";
inline constexpr std::string_view kVersionHash = "SELECT hash FROM versions WHERE seq = ?1";
inline constexpr std::string_view kVersion = "SELECT hash, bytes, body FROM versions WHERE seq = ?1";
inline constexpr std::string_view kCorrections =
    "SELECT day, sign_in, field, was, is_now FROM corrections WHERE seq = ?1 ORDER BY n";

// Records in order of their ids, using records_by_id. Lists do not select the body, which is a chain of pages: it is
// read only for records that are returned.
inline constexpr std::string_view kListById =
    "SELECT rowid, id, modified, hash, seq, deleted_at FROM records WHERE stream = ?1 AND id > ?2 ORDER BY "
    "id";
// Changes since the second ?2, in order of that time, after the seq ?3 of that second; using changes_by_modified.
inline constexpr std::string_view kListByModified =
    "SELECT modified_s, seq FROM changes WHERE stream = ?1 AND (modified_s, seq) > (?2, ?3) ORDER BY "
    "modified_s, seq";
// Changes of records that end on the day ?2 or later, in the same way; using changes_by_days.
inline constexpr std::string_view kListByDays =
    "SELECT end_day, seq, start_day FROM changes WHERE stream = ?1 AND end_day IS NOT NULL AND (end_day, "
    "seq) "
    "> (?2, ?3) ORDER BY end_day, seq";
// The record whose newest version is the log's row ?1, using records_by_id; no row if ?1 is an older version.
inline constexpr std::string_view kNewest =
    "SELECT r.rowid, r.id, r.modified, r.hash, r.seq, r.deleted_at, c.start_day, c.end_day FROM changes c"
    " JOIN records r ON r.stream = c.stream AND r.id = c.id AND r.seq = c.seq WHERE c.seq = ?1";
// Uses records_by_id and records_deleted, so it does not read each row.
inline constexpr std::string_view kCountRecords =
    "SELECT (SELECT count(*) FROM records WHERE stream = ?1)"
    " - (SELECT count(*) FROM records WHERE stream = ?1 AND deleted_at IS NOT NULL)";

inline constexpr std::string_view kEvents =
    "SELECT rowid, message_id, topic_arn, event_type, stream, record_id, event_time, received_at, state, "
    "settled_at FROM events WHERE rowid < ?1 ORDER BY rowid DESC";
// Open events are few, and have their own index.
inline constexpr std::string_view kOpenEvents =
    "SELECT rowid, message_id, topic_arn, event_type, stream, record_id, event_time, received_at, state, "
    "settled_at FROM events INDEXED BY events_open WHERE state = 'open' AND rowid < ?1 ORDER BY rowid DESC";
// Uses an index with all columns that are needed to find them.
inline constexpr std::string_view kEventsOfRecord =
    "SELECT rowid, message_id, topic_arn, event_type, stream, record_id, event_time, received_at, state, "
    "settled_at FROM events INDEXED BY events_by_arrival WHERE stream = ?1 AND record_id = ?2 ORDER BY "
    "received_at LIMIT ?3";
inline constexpr std::string_view kDoubt =
    "SELECT modified, first_seen, ask_at FROM doubted WHERE stream = ?1 AND id = ?2";
inline constexpr std::string_view kOmission = "SELECT first_at FROM omitted WHERE stream = ?1 AND id = ?2";
inline constexpr std::string_view kQuarantine =
    "SELECT stream, id, modified, reason, length(CAST(body AS BLOB)), attempts, first_at, last_at FROM "
    "quarantine WHERE (stream, id) > (?1, ?2) ORDER BY stream, id LIMIT ?3";
inline constexpr std::string_view kQuarantined =
    "SELECT stream, id, modified, reason, length(CAST(body AS BLOB)), attempts, first_at, last_at FROM "
    "quarantine WHERE stream = ?1 AND id = ?2";
inline constexpr std::string_view kCounts =
    "SELECT (SELECT count(*) FROM events WHERE state = 'open'), (SELECT count(*) FROM quarantine),"
    " ifnull((SELECT sent FROM quota WHERE month = ?1), 0),"
    " ifnull((SELECT reserved FROM quota WHERE month = ?1), 0), (SELECT count(*) FROM doubted),"
    " (SELECT count(*) FROM omitted), (SELECT versions FROM version_totals), (SELECT bytes FROM "
    "version_totals)";
inline constexpr std::string_view kStreams = "SELECT stream FROM streams ORDER BY stream";

}  // namespace carecloud::read_queries
