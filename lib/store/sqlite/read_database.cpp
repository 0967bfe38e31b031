#include "store/sqlite/read_database.hpp"

#include "store/sqlite/database_guard.hpp"
#include "store/sqlite/stream_table.hpp"

#include <utility>

namespace carecloud {
namespace {

// More than a few pages of bodies is of no use to a reader that looks here and there.
constexpr const char* kPragmas =
    "PRAGMA query_only = ON; PRAGMA cache_size = -8192; PRAGMA mmap_size = 0; PRAGMA trusted_schema = OFF";

// Pruning may have taken the newest rows of the log away: then their highest number is in `meta`.
constexpr std::string_view kPosition =
    "SELECT (SELECT value FROM meta WHERE name = 'generation'),"
    " max(ifnull((SELECT max(seq) FROM changes), 0),"
    " ifnull((SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'seq_high'), 0))";
constexpr std::string_view kChanges =
    "SELECT seq, stream, id, kind, modified, hash, committed_at FROM changes WHERE seq > ?1 ORDER BY seq "
    "LIMIT ?2";
constexpr std::string_view kIndexed = "SELECT count(*) FROM sqlite_schema WHERE name = 'records_by_id'";
constexpr std::string_view kRecord =
    "SELECT id, modified, hash, seq, deleted_at, body FROM records WHERE stream = ?1 AND id = ?2";
// Without the body, which is a chain of pages: it is read of those alone that are asked for.
constexpr std::string_view kScanRecords =
    "SELECT rowid, id, modified, hash, seq, deleted_at FROM records WHERE stream = ?1 AND id > ?2 ORDER BY "
    "id";
constexpr std::string_view kDates =
    "SELECT json_extract(body, '$.startDate'), json_extract(body, '$.endDate') FROM records WHERE rowid = ?1";
constexpr std::string_view kBody = "SELECT body FROM records WHERE rowid = ?1";
constexpr std::string_view kEvents =
    "SELECT rowid, message_id, topic_arn, event_type, stream, record_id, event_time, received_at, state, "
    "settled_at"
    " FROM events WHERE rowid < ?1 ORDER BY rowid DESC";
// They are few, and an index of their own knows them.
constexpr std::string_view kOpenEvents =
    "SELECT rowid, message_id, topic_arn, event_type, stream, record_id, event_time, received_at, state, "
    "settled_at"
    " FROM events INDEXED BY events_open WHERE state = 'open' AND rowid < ?1 ORDER BY rowid DESC";
constexpr std::string_view kQuarantine =
    "SELECT stream, id, modified, reason, length(CAST(body AS BLOB)), attempts, first_at, last_at FROM "
    "quarantine"
    " WHERE (stream, id) > (?1, ?2) ORDER BY stream, id LIMIT ?3";
constexpr std::string_view kCounts =
    "SELECT (SELECT count(*) FROM events WHERE state = 'open'), (SELECT count(*) FROM quarantine),"
    " ifnull((SELECT requests FROM quota WHERE month = ?1), 0)";
constexpr std::string_view kStreams = "SELECT stream FROM streams ORDER BY stream";
constexpr std::string_view kCountRecords =
    "SELECT count(*) FROM records WHERE stream = ?1 AND deleted_at IS NULL";

std::uint64_t number(const Statement& statement, int column) {
    return static_cast<std::uint64_t>(statement.integer(column));
}

}  // namespace

Result<std::unique_ptr<ReadDatabase>> ReadDatabase::open(const SqliteSettings& settings,
                                                         const ReadBounds& bounds) {
    try {
        auto db = std::make_unique<Connection>(settings.path, settings.vfs, Connection::Access::read_only);
        db->set_busy_timeout(settings.busy_timeout);
        db->execute(kPragmas);
        return std::unique_ptr<ReadDatabase>(new ReadDatabase(settings, bounds, std::move(db)));
    } catch (const SqlError& error) {
        return to_error(error, "open store to read", settings.path);
    }
}

ReadDatabase::ReadDatabase(const SqliteSettings& settings, const ReadBounds& bounds,
                           std::unique_ptr<Connection> db)
    : path_(settings.path),
      bounds_(bounds),
      db_(std::move(db)),
      position_(*db_, kPosition),
      changes_(*db_, kChanges),
      indexed_(*db_, kIndexed),
      record_(*db_, kRecord),
      scan_records_(*db_, kScanRecords),
      dates_(*db_, kDates),
      body_(*db_, kBody),
      events_(*db_, kEvents),
      open_events_(*db_, kOpenEvents),
      quarantine_(*db_, kQuarantine),
      counts_(*db_, kCounts),
      streams_(*db_, kStreams),
      count_records_(*db_, kCountRecords) {}

Result<ChangePage> ReadDatabase::changes(std::uint64_t since, std::size_t limit) {
    return guarded("read changes", path_, [&]() -> Result<ChangePage> {
        ChangePage page;
        const Transaction transaction(*db_, Transaction::Access::read);
        const Statement::Scope position(position_);
        position_.step();
        page.generation = position_.text(0);
        page.newest_seq = number(position_, 1);
        changes_.bind(1, static_cast<std::int64_t>(since));
        changes_.bind(2, static_cast<std::int64_t>(limit));
        const Statement::Scope scope(changes_);
        while (changes_.step()) {
            page.changes.push_back({.seq = number(changes_, 0),
                                    .stream = std::string(changes_.text(1)),
                                    .id = std::string(changes_.text(2)),
                                    .kind = change_kind_from(changes_.text(3)).value_or(ChangeKind::updated),
                                    .modified = std::string(changes_.text(4)),
                                    .hash = changes_.hash(5),
                                    .committed_at = std::string(changes_.text(6))});
        }
        return page;
    });
}

Result<StoreCounts> ReadDatabase::counts(const std::string& month) {
    return guarded("count what the store holds", path_, [&]() -> Result<StoreCounts> {
        StoreCounts counts;
        const Transaction transaction(*db_, Transaction::Access::read);
        const Statement::Scope position(position_);
        position_.step();
        counts.generation = position_.text(0);
        counts.newest_seq = number(position_, 1);
        counts_.bind(1, month);
        const Statement::Scope scope(counts_);
        counts_.step();
        counts.open_events = number(counts_, 0);
        counts.quarantined = number(counts_, 1);
        counts.requests = number(counts_, 2);
        StreamTable table(*db_);
        const Statement::Scope names(streams_);
        while (streams_.step()) {
            auto state = table.load(std::string(streams_.text(0)));
            if (!state) return state.error();
            if (*state) counts.streams.push_back(std::move(**state));
        }
        return counts;
    });
}

Result<std::uint64_t> ReadDatabase::count_records(const std::string& stream) {
    return guarded("count records of " + stream, path_, [&]() -> Result<std::uint64_t> {
        const Transaction transaction(*db_, Transaction::Access::read);
        if (auto refused = refuse_unindexed()) return *refused;
        count_records_.bind(1, stream);
        const Statement::Scope scope(count_records_);
        count_records_.step();
        return number(count_records_, 0);
    });
}

Result<QuarantinePage> ReadDatabase::quarantine(const std::optional<QuarantinePlace>& after,
                                                std::size_t limit) {
    return guarded("read the quarantine", path_, [&]() -> Result<QuarantinePage> {
        QuarantinePage page;
        const QuarantinePlace from = after.value_or(QuarantinePlace{});
        quarantine_.bind(1, from.stream);
        quarantine_.bind(2, from.id);
        // One more than asked for tells whether there is more.
        quarantine_.bind(3, static_cast<std::int64_t>(limit + 1));
        const Statement::Scope scope(quarantine_);
        while (quarantine_.step()) {
            if (page.records.size() == limit) {
                page.next = QuarantinePlace{page.records.back().stream, page.records.back().id};
                break;
            }
            page.records.push_back({.stream = std::string(quarantine_.text(0)),
                                    .id = std::string(quarantine_.text(1)),
                                    .modified = std::string(quarantine_.text(2)),
                                    .reason = std::string(quarantine_.text(3)),
                                    .body_bytes = number(quarantine_, 4),
                                    .attempts = number(quarantine_, 5),
                                    .first_at = std::string(quarantine_.text(6)),
                                    .last_at = std::string(quarantine_.text(7))});
        }
        return page;
    });
}

}  // namespace carecloud
