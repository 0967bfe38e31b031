// Checks PostgreSQL's plan of each of the reader's queries: on a store without statistics, on one whose statistics
// describe empty tables, and on one with current statistics.
#include "store/postgres/read_queries.hpp"
#include "store/postgres/schema.hpp"
#include "store/postgres/session.hpp"
#include "support/postgres_cluster/postgres_cluster.hpp"

#include <algorithm>
#include <string>

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

// The generic plan, as for a prepared statement that was used often. One line per step, such as "Index Scan using
// records_pkey on records".
std::string plan_of(PgConnection& db, const PgSql& query) {
    const std::string text = query.text;
    std::string values;
    for (int i = 1; text.find('$' + std::to_string(i)) != std::string::npos; ++i)
        values += values.empty() ? "NULL" : ", NULL";
    db.script("PREPARE asked AS " + text);
    std::string plan;
    for (const PgRow row :
         db.query("EXPLAIN (COSTS OFF) EXECUTE asked" + (values.empty() ? "" : '(' + values + ')')))
        plan += std::string(row.text(0)) + '\n';
    db.script("DEALLOCATE asked");
    return plan;
}

void check_plans(PgConnection& db) {
    for (const PgSql& query :
         {pg_queries::kChanges,        pg_queries::kRecord,       pg_queries::kIsHeld,
          pg_queries::kBodies,         pg_queries::kListById,     pg_queries::kListByModified,
          pg_queries::kListByDays,     pg_queries::kCountRecords, pg_queries::kChain,
          pg_queries::kReplacedHash,   pg_queries::kReplaced,     pg_queries::kCorrections,
          pg_queries::kEvents,         pg_queries::kOpenEvents,   pg_queries::kLastScanned,
          pg_queries::kEventsOfRecord, pg_queries::kDoubt,        pg_queries::kOmission,
          pg_queries::kQuarantine,     pg_queries::kQuarantined}) {
        const std::string plan = plan_of(db, query);
        CAPTURE(query.name, plan);
        for (const char* slow : {"Seq Scan", "Sort", "Bitmap", "Hash", "Merge", "Materialize"})
            CHECK(plan.find(slow) == std::string::npos);
    }
    const auto uses = [&](const PgSql& query, const std::string& index) {
        CAPTURE(query.name, plan_of(db, query));
        CHECK(plan_of(db, query).find(" using " + index + " ") != std::string::npos);
    };
    uses(pg_queries::kChanges, "changes_pkey");
    uses(pg_queries::kListById, "records_pkey");
    uses(pg_queries::kListByModified, "changes_by_modified");
    uses(pg_queries::kListByModified, "records_pkey");
    uses(pg_queries::kListByDays, "changes_by_days");
    uses(pg_queries::kListByDays, "records_pkey");
    uses(pg_queries::kEvents, "events_by_number");
    uses(pg_queries::kOpenEvents, "events_open_by_number");
    uses(pg_queries::kEventsOfRecord, "events_by_arrival");
}

}  // namespace

TEST_CASE(
    "every list and every lookup of the reader uses an index, and none is sorted, whatever the statistics") {
    const PostgresSettings settings = PostgresCluster::shared().fresh_database();
    const auto db = open_session(settings);
    migrate_schema(*db, settings.schema);
    db->script(std::string(pg_queries::kReadSession) + "; SET plan_cache_mode = force_generic_plan");
    check_plans(*db);
    db->script("ANALYZE");
    db->script(
        "INSERT INTO records (stream, id, modified, hash, seq, kind, body)"
        " SELECT 's', 'r' || i, '', '', i, '', '{}' FROM generate_series(1, 3000) AS i;"
        "INSERT INTO changes (seq, stream, id, kind, modified, hash, committed_at, modified_s, start_day, "
        "end_day)"
        " SELECT i, 's', 'r' || i, '', '', '', now(), i, 20240301, 20240331 FROM generate_series(1, 3000) AS "
        "i");
    check_plans(*db);
    db->script("ANALYZE");
    check_plans(*db);
}
