// Which index serves each of the reader's queries, according to SQLite.
#include "store/sqlite/connection.hpp"
#include "store/sqlite/read_queries.hpp"
#include "store/sqlite/statement.hpp"
#include "unit/store_sqlite/fixture.hpp"

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

// "SEARCH records USING INDEX records_by_id (stream=? AND id>?)", one line per step.
std::string plan_of(Connection& db, std::string_view query) {
    std::string plan;
    Statement statement(db, "EXPLAIN QUERY PLAN " + std::string(query));
    while (statement.step())
        plan += std::string(statement.text(3)) + "\n";
    return plan;
}

}  // namespace

TEST_CASE("every list and every lookup of the reader uses an index, and none is sorted") {
    StoreFixture fixture;
    fixture.open();
    Connection db(fixture.path(), "");
    CHECK(plan_of(db, read_queries::kChanges) == "SEARCH changes USING INTEGER PRIMARY KEY (rowid>?)\n");
    CHECK(plan_of(db, read_queries::kRecord) ==
          "SEARCH records USING INDEX records_by_id (stream=? AND id=?)\n");
    CHECK(plan_of(db, read_queries::kNewestSeq) ==
          "SEARCH records USING INDEX records_by_id (stream=? AND id=?)\n");
    CHECK(plan_of(db, read_queries::kLink) == "SEARCH changes USING INTEGER PRIMARY KEY (rowid=?)\n");
    CHECK(plan_of(db, read_queries::kVersion) == "SEARCH versions USING INTEGER PRIMARY KEY (rowid=?)\n");
    CHECK(plan_of(db, read_queries::kCorrections) == "SEARCH corrections USING PRIMARY KEY (seq=?)\n");
    CHECK(plan_of(db, read_queries::kEventsOfRecord) ==
          "SEARCH events USING INDEX events_by_arrival (stream=?)\n");
    CHECK(plan_of(db, read_queries::kListById) ==
          "SEARCH records USING INDEX records_by_id (stream=? AND id>?)\n");
    CHECK(plan_of(db, read_queries::kListByModified) ==
          "SEARCH changes USING COVERING INDEX changes_by_modified (stream=? AND modified_s>?)\n");
    CHECK(plan_of(db, read_queries::kListByDays) ==
          "SEARCH changes USING COVERING INDEX changes_by_days (stream=? AND end_day>?)\n");
    CHECK(plan_of(db, read_queries::kNewest) ==
          "SEARCH c USING INTEGER PRIMARY KEY (rowid=?)\n"
          "SEARCH r USING INDEX records_by_id (stream=? AND id=?)\n");
    CHECK(plan_of(db, read_queries::kCountRecords) ==
          "SCAN CONSTANT ROW\nSCALAR SUBQUERY 1\n"
          "SEARCH records USING COVERING INDEX records_by_id (stream=?)\nSCALAR SUBQUERY 2\n"
          "SEARCH records USING INDEX records_deleted (stream=?)\n");
}
