// The views for SQL users, compared with those of SQLite on the same records.
#include "base/ascii.hpp"
#include "portal/records.hpp"
#include "support/sanitized.hpp"
#include "unit/store_postgres/postgres_views.hpp"
#include "unit/store_sqlite/hostile_bodies.hpp"

#include <array>

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

constexpr std::array kViews{"claim_attendance", "claim_attendance_day", "claim_attendance_sign",
                            "claim_attendance_malformed", "claim_attendance_corrections"};

void check_same(AttendanceStore& store, PostgresViews& views) {
    views.copy(store);
    for (const std::string view : kViews) {
        CAPTURE(view);
        const std::vector<std::string> expected = view_rows(store, view);
        const std::vector<std::string> seen = views.rows(view);
        REQUIRE(seen.size() == expected.size());
        for (std::size_t i = 0; i < seen.size(); ++i)
            CHECK(seen[i] == expected[i]);
    }
}

void check_same(const std::vector<std::string>& bodies) {
    AttendanceStore store(bodies);
    PostgresViews views;
    check_same(store, views);
}

std::string plan_of(PgConnection& db, const std::string& query) {
    std::string plan;
    for (const PgRow row : db.query("EXPLAIN (COSTS OFF) " + query))
        plan += std::string(row.text(0)) + '\n';
    return plan;
}

}  // namespace

TEST_CASE("the views have the columns of SQLite's") {
    AttendanceStore store({"{}"});
    PostgresViews views;
    for (const std::string view : kViews) {
        CAPTURE(view);
        std::vector<std::string> expected;
        for (const std::string& name : store.ask("SELECT * FROM " + view).columns)
            expected.push_back(ascii_lower(name));
        CHECK(views.columns(view) == expected);
    }
}

TEST_CASE("both databases show generated records equally") {
    std::vector<std::string> bodies;
    for (std::uint64_t i = 0; i < 4; ++i)
        bodies.push_back(make_record(1, i * 500, RecordShape::full));
    for (std::uint64_t i = 0; i < 30; ++i)
        bodies.push_back(make_record(1, i, RecordShape::light));
    check_same(bodies);
}

TEST_CASE("both databases show corrupt records equally") {
    Spoiler spoiler(seed_of_run());
    std::vector<std::string> bodies = misshapen_bodies();
    for (const std::string& body : extreme_bodies())
        bodies.push_back(body);
    bodies.push_back(unreadable_body());
    for (std::uint64_t i = 0; i < (kSanitized ? 30 : 150); ++i)
        bodies.push_back(spoiler.spoiled(i));
    for (std::uint64_t i = 0; i < (kSanitized ? 60 : 400); ++i)
        bodies.push_back(spoiler.mangled(i));
    check_same(bodies);
}

TEST_CASE("both databases show corrections equally") {
    std::vector<std::string> bodies;
    for (std::uint64_t i = 0; i < 6; ++i)
        bodies.push_back(make_record(1, i, RecordShape::light));
    AttendanceStore store(bodies);
    Spoiler spoiler(seed_of_run());
    store.correct(0, make_record(2, 0, RecordShape::light), "2024-03-03T00:00:00.5Z");
    store.correct(1, bodies[1], "2024-03-04T00:00:00.123Z", true);
    store.correct(1, make_record(2, 1, RecordShape::light), "2024-03-05T00:00:00Z", true);
    store.correct(2, spoiler.spoiled(2), "2024-03-06T00:00:00.999Z");
    store.correct(3, unreadable_body(), "2024-03-07T00:00:00Z");
    store.sql(
        "UPDATE changes SET kind = 'deleted' WHERE seq = (SELECT max(seq) FROM changes);"
        "UPDATE records SET deleted_at = '2024-03-07T00:00:00.000Z' WHERE id GLOB '*3';"
        "DELETE FROM records WHERE id GLOB '*4'");
    PostgresViews views;
    check_same(store, views);
    CHECK(views.rows("claim_attendance_corrections").size() > 8);
}

TEST_CASE("deleted records and other entities are in no view of PostgreSQL") {
    const std::string body =
        R"({"startDate":"x","attendance":{"body":{"attendanceinfo":[{"signinout":[{}]}]}}})";
    AttendanceStore store({body, body, body});
    store.sql(
        "UPDATE records SET deleted_at = '2024-01-01T00:00:00.000Z' WHERE id GLOB '*1';"
        "UPDATE records SET stream = 'other' WHERE id GLOB '*2'");
    PostgresViews views;
    check_same(store, views);
    CHECK(views.rows("claim_attendance_sign").size() == 1);
}

TEST_CASE("a body that PostgreSQL cannot read is a row of NULLs and a malformed value, and no query fails") {
    AttendanceStore store({R"({"status":"good"})"});
    PostgresViews views;
    views.copy(store);
    const std::vector<std::string> bad{"",
                                       R"({"a":)",
                                       R"({"a":00012})",
                                       "{\"a\":\"\t\"}",
                                       "\xef\xbb\xbf{}",
                                       R"({"status":"\u0000"})",
                                       R"({"status":{"deep":["\ud800"]}})",
                                       std::string(200'000, '[') + std::string(200'000, ']')};
    for (std::size_t i = 0; i < bad.size(); ++i)
        views.add_record("bad" + std::to_string(i), bad[i]);
    for (const std::string view : kViews)
        views.rows(view);
    PgConnection& db = views.db();
    CHECK(db.query("SELECT count(*) FROM claim_attendance")[0].count(0) == bad.size() + 1);
    CHECK(db.query("SELECT count(*) FROM claim_attendance WHERE status = 'good'")[0].count(0) == 1);
    CHECK(db.query("SELECT count(*) FROM claim_attendance_malformed WHERE field = '$' AND type = 'invalid' "
                   "AND value "
                   "IS NULL")[0]
              .count(0) == bad.size());
}

TEST_CASE("a query of one record or one provider reads no other bodies, and no days that it does not show") {
    PostgresViews views;
    PgConnection& db = views.db();
    db.script(
        "INSERT INTO records (stream, id, modified, hash, seq, kind, body)"
        " SELECT 'claim_attendance', i, '', '', i, '', '{}' FROM generate_series(1, 5000) AS i;"
        "ANALYZE records");
    for (const std::string view : kViews) {
        CAPTURE(view);
        const std::string plan =
            plan_of(db, "SELECT * FROM " + view + " WHERE stream = 'claim_attendance' AND id = 'x'");
        CHECK(plan.find("Index Scan using records_pkey") != std::string::npos);
    }
    const std::string joined =
        plan_of(db,
                "SELECT * FROM claim_attendance AS a JOIN claim_attendance_day AS d USING "
                "(stream, id) WHERE a.providerId = 'x'");
    CHECK(joined.find("Index Scan using records_pkey") != std::string::npos);
    CHECK(joined.find("Hash Join") == std::string::npos);
    const std::string record = plan_of(db, "SELECT status, startDate FROM claim_attendance");
    CHECK(record.find("json_each") != std::string::npos);
    CHECK(record.find("json_each") == record.rfind("json_each"));
}
