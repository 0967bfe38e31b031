#include "store/postgres/pg_read_database.hpp"

#include "store/postgres/read_queries.hpp"
#include "store/postgres/schema.hpp"
#include "store/postgres/snapshot.hpp"
#include "store/read_rows.hpp"
#include "store/rows.hpp"

#include <limits>
#include <utility>

namespace carecloud {
namespace {

constexpr std::int64_t kNewest = std::numeric_limits<std::int64_t>::max();

std::int64_t signed_of(std::uint64_t number) {
    return static_cast<std::int64_t>(number);
}

// `before`: may be any number, because clients send it.
std::int64_t position_before(std::optional<std::uint64_t> before) {
    if (!before || *before > static_cast<std::uint64_t>(kNewest)) return kNewest;
    return signed_of(*before);
}

std::optional<QuarantineRow> find_quarantined(PgConnection& db, const std::string& stream,
                                              const std::string& id) {
    if (!is_pg_text(id)) return std::nullopt;
    const PgRows found = db.query(pg_queries::kQuarantined, stream, id);
    if (found.empty()) return std::nullopt;
    return quarantine_of_row(found[0]);
}

std::string select_passes(const char* rest) {
    return "SELECT " + std::string(kPassColumns) + " FROM passes " + rest;
}

}  // namespace

Result<std::unique_ptr<PgReadDatabase>> PgReadDatabase::open(const PostgresSettings& settings,
                                                             const ReadBounds& bounds) {
    std::unique_ptr<PgReadDatabase> database(new PgReadDatabase(settings, bounds));
    const auto connected =
        database->link_.run<bool>("open store to read", [](PgConnection&) { return Result<bool>(true); });
    if (!connected) return connected.error();
    return database;
}

PgReadDatabase::PgReadDatabase(const PostgresSettings& settings, const ReadBounds& bounds)
    : link_(settings,
            [schema = settings.schema](PgConnection& db) {
                if (read_schema_state(db, schema).version == 0) {
                    throw PgError(PgError::Kind::misused, "", "there is no store in schema " + schema,
                                  "open the store first, which creates it");
                }
                db.script(pg_queries::kReadSession);
            }),
      bounds_(bounds) {}

Result<ChangePage> PgReadDatabase::changes(std::uint64_t since, std::size_t limit) {
    return link_.run<ChangePage>("read changes", [&](PgConnection& db) -> Result<ChangePage> {
        ChangePage page;
        const PgRows rows = db.query(pg_queries::kChanges, position_before(since), signed_of(limit));
        page.generation = rows[0].text(0);
        page.newest_seq = rows[0].count(1);
        page.pruned_to = rows[0].count(2);
        for (const PgRow row : rows) {
            if (!row.is_null(3)) page.changes.push_back(change_of_row(row, 3));
        }
        return page;
    });
}

Result<std::vector<Job>> PgReadDatabase::passes(std::size_t limit) {
    return link_.run<std::vector<Job>>("read passes", [&](PgConnection& db) -> Result<std::vector<Job>> {
        std::vector<Job> passes;
        for (const PgRow row : db.query(select_passes("ORDER BY pass DESC LIMIT $1"), signed_of(limit)))
            passes.push_back(job_of_row(row));
        return passes;
    });
}

Result<std::optional<Job>> PgReadDatabase::pass(std::uint64_t id) {
    return link_.run<std::optional<Job>>("read a pass", [&](PgConnection& db) -> Result<std::optional<Job>> {
        const PgRows found = db.query(select_passes("WHERE pass = $1"), position_before(id));
        if (found.empty()) return std::optional<Job>();
        return std::optional(job_of_row(found[0]));
    });
}

Result<StoreCounts> PgReadDatabase::counts(const std::string& month) {
    return link_.run<StoreCounts>(
        "count the contents of the store", [&](PgConnection& db) -> Result<StoreCounts> {
            StoreCounts counts;
            // Readiness depends on this call, so it must fail if the schema is newer and incompatible.
            read_schema_state(db, link_.settings().schema);
            const PgSnapshot snapshot(db);
            const PgRows rows = db.query(pg_queries::kCounts, month);
            const PgRow row = rows[0];
            counts.generation = row.text(0);
            counts.newest_seq = row.count(1);
            counts.open_events = row.count(2);
            counts.quarantined = row.count(3);
            counts.requests = {.sent = row.count(4), .reserved = row.count(5)};
            counts.doubted = row.count(6);
            counts.omitted = row.count(7);
            counts.versions = row.count(8);
            counts.version_bytes = row.count(9);
            const std::string streams =
                "SELECT " + std::string(kStreamColumns) + ", stream FROM streams ORDER BY stream";
            for (const PgRow found : db.query(streams)) {
                auto state = stream_of_row(found, std::string(found.text(10)));
                if (!state) return state.error();
                counts.streams.push_back(std::move(**state));
            }
            return counts;
        });
}

Result<std::uint64_t> PgReadDatabase::count_records(const std::string& stream) {
    return link_.run<std::uint64_t>("count records of " + stream,
                                    [&](PgConnection& db) -> Result<std::uint64_t> {
                                        return db.query(pg_queries::kCountRecords, stream)[0].count(0);
                                    });
}

Result<EventPage> PgReadDatabase::events(std::optional<EventState> state, std::optional<std::uint64_t> before,
                                         std::size_t limit) {
    return link_.run<EventPage>("read events", [&](PgConnection& db) -> Result<EventPage> {
        EventPage page;
        const std::int64_t from = position_before(before);
        const bool open = state == EventState::open;
        std::optional<std::string> state_text;
        if (state) state_text = to_string(*state);
        // One more than requested shows whether there are more.
        const PgRows rows = open ? db.query(pg_queries::kOpenEvents, from, signed_of(limit + 1))
                                 : db.query(pg_queries::kEvents, from, signed_of(bounds_.scanned_max),
                                            state_text, signed_of(limit + 1));
        for (const PgRow row : rows) {
            if (page.events.size() == limit) return page;
            page.events.push_back(event_of_row(row, 1));
            page.next = row.count(0);
        }
        page.next.reset();
        if (open) return page;
        const PgRows scanned = db.query(pg_queries::kLastScanned, from, signed_of(bounds_.scanned_max - 1));
        if (scanned.size() == 2) page.next = scanned[0].count(0);
        return page;
    });
}

Result<RecordLife> PgReadDatabase::life(const std::string& stream, const std::string& id) {
    if (!is_pg_text(id)) return RecordLife();
    return link_.run<RecordLife>("read the life of a record", [&](PgConnection& db) -> Result<RecordLife> {
        RecordLife life;
        const PgSnapshot snapshot(db);
        life.held = !db.query(pg_queries::kIsHeld, stream, id).empty();
        for (const PgRow row :
             db.query(pg_queries::kEventsOfRecord, stream, id, signed_of(RecordLife::kLifeEventsMax)))
            life.events.push_back(event_of_row(row, 0));
        life.quarantined = find_quarantined(db, stream, id);
        for (const PgRow row : db.query(pg_queries::kDoubt, stream, id))
            life.doubted =
                DoubtRow{std::string(row.text(0)), std::string(row.text(1)), std::string(row.text(2))};
        for (const PgRow row : db.query(pg_queries::kOmission, stream, id))
            life.omitted_at = std::string(row.text(0));
        return life;
    });
}

Result<QuarantinePage> PgReadDatabase::quarantine(const std::optional<QuarantineKey>& after,
                                                  std::size_t limit) {
    return link_.run<QuarantinePage>("read the quarantine", [&](PgConnection& db) -> Result<QuarantinePage> {
        QuarantinePage page;
        const QuarantineKey from = after.value_or(QuarantineKey{});
        // One more than requested shows whether there are more.
        for (const PgRow row : db.query(pg_queries::kQuarantine, pg_text(from.stream), pg_text(from.id),
                                        signed_of(limit + 1))) {
            if (page.records.size() == limit) {
                page.next = QuarantineKey{page.records.back().stream, page.records.back().id};
                break;
            }
            page.records.push_back(quarantine_of_row(row));
        }
        return page;
    });
}

Result<std::optional<QuarantineRow>> PgReadDatabase::quarantined(const QuarantineKey& key) {
    return link_.run<std::optional<QuarantineRow>>(
        "look up the quarantine", [&](PgConnection& db) -> Result<std::optional<QuarantineRow>> {
            return find_quarantined(db, key.stream, key.id);
        });
}

}  // namespace carecloud
