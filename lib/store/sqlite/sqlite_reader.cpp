#include "store/sqlite/sqlite_reader.hpp"

#include "store/read_rows.hpp"
#include "store/rows.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/read_queries.hpp"
#include "store/sqlite/tables.hpp"

#include <limits>
#include <utility>

namespace carecloud {
namespace {

// A larger cache of bodies is useless for random reads.
constexpr const char* kPragmas =
    "PRAGMA query_only = ON; PRAGMA cache_size = -8192; PRAGMA mmap_size = 0; PRAGMA trusted_schema = OFF";

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
      position_(*db_, read_queries::kPosition),
      changes_(*db_, read_queries::kChanges),
      indexed_(*db_, read_queries::kIndexed),
      record_(*db_, read_queries::kRecord),
      list_by_id_(*db_, read_queries::kListById),
      list_by_modified_(*db_, read_queries::kListByModified),
      list_by_days_(*db_, read_queries::kListByDays),
      newest_(*db_, read_queries::kNewest),
      body_(*db_, read_queries::kBody),
      newest_seq_(*db_, read_queries::kNewestSeq),
      link_(*db_, read_queries::kLink),
      version_hash_(*db_, read_queries::kVersionHash),
      version_(*db_, read_queries::kVersion),
      corrections_(*db_, read_queries::kCorrections),
      events_of_record_(*db_, read_queries::kEventsOfRecord),
      doubt_(*db_, read_queries::kDoubt),
      omission_(*db_, read_queries::kOmission),
      events_(*db_, read_queries::kEvents),
      open_events_(*db_, read_queries::kOpenEvents),
      quarantine_(*db_, read_queries::kQuarantine),
      quarantined_(*db_, read_queries::kQuarantined),
      passes_(*db_, "SELECT " + std::string(kPassColumns) + " FROM passes ORDER BY pass DESC LIMIT ?1"),
      pass_(*db_, "SELECT " + std::string(kPassColumns) + " FROM passes WHERE pass = ?1"),
      counts_(*db_, read_queries::kCounts),
      streams_(*db_, read_queries::kStreams),
      count_records_(*db_, read_queries::kCountRecords) {}

Result<ChangePage> ReadDatabase::changes(std::uint64_t since, std::size_t limit) {
    return guarded("read changes", path_, [&]() -> Result<ChangePage> {
        ChangePage page;
        const Transaction transaction(*db_, Transaction::Access::read);
        const Statement::Scope position(position_);
        position_.step();
        page.generation = position_.text(0);
        page.newest_seq = number(position_, 1);
        page.pruned_to = number(position_, 2);
        changes_.bind(1, static_cast<std::int64_t>(since));
        changes_.bind(2, static_cast<std::int64_t>(limit));
        const Statement::Scope scope(changes_);
        while (changes_.step())
            page.changes.push_back(change_of_row(changes_, 0));
        return page;
    });
}

Result<std::vector<Job>> ReadDatabase::passes(std::size_t limit) {
    return guarded("read passes", path_, [&]() -> Result<std::vector<Job>> {
        passes_.bind(1, static_cast<std::int64_t>(limit));
        return read_passes(passes_);
    });
}

Result<std::optional<Job>> ReadDatabase::pass(std::uint64_t id) {
    return guarded("read a pass", path_, [&]() -> Result<std::optional<Job>> {
        pass_.bind(1, static_cast<std::int64_t>(id));
        std::vector<Job> found = read_passes(pass_);
        return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
    });
}

Result<StoreCounts> ReadDatabase::counts(const std::string& month) {
    return guarded("count the contents of the store", path_, [&]() -> Result<StoreCounts> {
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
        counts.requests = {.sent = number(counts_, 2), .reserved = number(counts_, 3)};
        counts.doubted = number(counts_, 4);
        counts.omitted = number(counts_, 5);
        counts.versions = number(counts_, 6);
        counts.version_bytes = number(counts_, 7);
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

Result<EventPage> ReadDatabase::events(std::optional<EventState> state, std::optional<std::uint64_t> before,
                                       std::size_t limit) {
    return guarded("read events", path_, [&]() -> Result<EventPage> {
        constexpr auto newest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
        EventPage page;
        Statement& statement = state == EventState::open ? open_events_ : events_;
        statement.bind(1, static_cast<std::int64_t>(before.value_or(newest)));
        const Statement::Scope scope(statement);
        std::size_t left = bounds_.scanned_max;
        std::uint64_t last = 0;
        while (statement.step()) {
            if (left == 0 || page.events.size() == limit) {
                page.next = last;
                break;
            }
            --left;
            last = static_cast<std::uint64_t>(statement.integer(0));
            EventRow row = event_of_row(statement, 1);
            if (!state || row.state == to_string(*state)) page.events.push_back(std::move(row));
        }
        return page;
    });
}

Result<RecordLife> ReadDatabase::life(const std::string& stream, const std::string& id) {
    return guarded("read the life of a record", path_, [&]() -> Result<RecordLife> {
        RecordLife life;
        const Transaction transaction(*db_, Transaction::Access::read);
        if (auto refused = refuse_unindexed()) return *refused;
        for (Statement* const one : {&newest_seq_, &events_of_record_, &quarantined_, &doubt_, &omission_}) {
            one->bind(1, stream);
            one->bind(2, id);
        }
        const Statement::Scope newest(newest_seq_);
        life.held = newest_seq_.step();
        events_of_record_.bind(3, static_cast<std::int64_t>(RecordLife::kLifeEventsMax));
        const Statement::Scope events(events_of_record_);
        while (events_of_record_.step())
            life.events.push_back(event_of_row(events_of_record_, 1));
        const Statement::Scope quarantined(quarantined_);
        if (quarantined_.step()) life.quarantined = quarantine_of_row(quarantined_);
        const Statement::Scope doubted(doubt_);
        if (doubt_.step())
            life.doubted = DoubtRow{std::string(doubt_.text(0)), std::string(doubt_.text(1)),
                                    std::string(doubt_.text(2))};
        const Statement::Scope omitted(omission_);
        if (omission_.step()) life.omitted_at = std::string(omission_.text(0));
        return life;
    });
}

Result<QuarantinePage> ReadDatabase::quarantine(const std::optional<QuarantineKey>& after,
                                                std::size_t limit) {
    return guarded("read the quarantine", path_, [&]() -> Result<QuarantinePage> {
        QuarantinePage page;
        const QuarantineKey from = after.value_or(QuarantineKey{});
        quarantine_.bind(1, from.stream);
        quarantine_.bind(2, from.id);
        // One more than requested shows whether there are more.
        quarantine_.bind(3, static_cast<std::int64_t>(limit + 1));
        const Statement::Scope scope(quarantine_);
        while (quarantine_.step()) {
            if (page.records.size() == limit) {
                page.next = QuarantineKey{page.records.back().stream, page.records.back().id};
                break;
            }
            page.records.push_back(quarantine_of_row(quarantine_));
        }
        return page;
    });
}

Result<std::optional<QuarantineRow>> ReadDatabase::quarantined(const QuarantineKey& key) {
    return guarded("look up the quarantine", path_, [&]() -> Result<std::optional<QuarantineRow>> {
        quarantined_.bind(1, key.stream);
        quarantined_.bind(2, key.id);
        const Statement::Scope scope(quarantined_);
        if (!quarantined_.step()) return std::optional<QuarantineRow>();
        return std::optional<QuarantineRow>(quarantine_of_row(quarantined_));
    });
}

Result<std::unique_ptr<SqliteReader>> SqliteReader::open(const SqliteSettings& settings,
                                                         const ReadBounds& bounds) {
    auto quick = ReadDatabase::open(settings, bounds);
    if (!quick) return quick.error();
    auto walks = ReadDatabase::open(settings, bounds);
    if (!walks) return walks.error();
    return std::unique_ptr<SqliteReader>(
        new SqliteReader(std::move(*quick), std::move(*walks), settings.quiet_after));
}

}  // namespace carecloud
