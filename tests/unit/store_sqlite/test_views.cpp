// The views for SQL users, compared with what nlohmann/json reads in the same bodies.
#include "portal/records.hpp"
#include "support/sanitized.hpp"
#include "unit/store_sqlite/attendance_store.hpp"
#include "unit/store_sqlite/hostile_bodies.hpp"

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

std::string words(const ViewRow& row) {
    std::string all;
    for (const auto& [name, value] : row)
        all += name + '=' + value.value_or("NULL") + '\n';
    return all;
}

void check_rows(const std::vector<ViewRow>& seen, const std::vector<ViewRow>& expected) {
    REQUIRE(seen.size() == expected.size());
    for (std::size_t i = 0; i < seen.size(); ++i)
        CHECK(words(seen[i]) == words(expected[i]));
}

void check_views(AttendanceStore& store, const std::vector<std::string>& bodies) {
    for (std::size_t i = 0; i < bodies.size(); ++i) {
        CAPTURE(i, bodies[i]);
        const AttendanceRows seen = store.read(i);
        const AttendanceRows expected = read_attendance(OrderedJson::parse(bodies[i]));
        CHECK(words(seen.record) == words(expected.record));
        check_rows(seen.days, expected.days);
        check_rows(seen.signs, expected.signs);
        CHECK(seen.malformed == expected.malformed);
    }
}

}  // namespace

TEST_CASE("views show generated records as another reader does, and none as malformed") {
    std::vector<std::string> bodies;
    for (std::uint64_t i = 0; i < (kSanitized ? 2 : 8); ++i)
        bodies.push_back(make_record(1, i * 500, RecordShape::full));
    for (std::uint64_t i = 0; i < (kSanitized ? 20 : 60); ++i)
        bodies.push_back(make_record(1, i, RecordShape::light));
    AttendanceStore store(bodies);
    check_views(store, bodies);
    CHECK(store.ask("SELECT * FROM claim_attendance_malformed").rows.empty());
    CHECK(store
              .ask("SELECT DISTINCT length(attendancedate), date(attendancedate) = attendancedate FROM "
                   "claim_attendance_day")
              .rows == decltype(SqlTable::rows){{"10", "1"}});
}

TEST_CASE("corrupt records are NULL where they are unreadable, and each such value is counted") {
    Spoiler spoiler(seed_of_run());
    std::vector<std::string> bodies;
    for (std::uint64_t i = 0; i < (kSanitized ? 12 : 150); ++i)
        bodies.push_back(spoiler.spoiled(i));
    AttendanceStore store(bodies);
    check_views(store, bodies);
    CHECK_FALSE(store.ask("SELECT * FROM claim_attendance_malformed").rows.empty());
}

TEST_CASE("no body makes a query fail") {
    const std::vector<std::string> bodies = misshapen_bodies();
    AttendanceStore store(bodies);
    for (const char* view :
         {"claim_attendance", "claim_attendance_day", "claim_attendance_sign", "claim_attendance_malformed"})
        store.ask(std::string("SELECT * FROM ") + view);
    check_views(store, {bodies.begin(), bodies.end() - 1});
}

TEST_CASE("numbers beyond all limits, duplicate keys, escapes") {
    AttendanceStore store(extreme_bodies());
    const auto texts = [&](const std::string& query) { return store.ask(query).rows; };
    using Rows = decltype(SqlTable::rows);
    CHECK(texts("SELECT startDate, familyfee, invoiceamount, wk1 > 1e307, wk2 / 1e20, wk3 > 1e307, wk4"
                " FROM claim_attendance WHERE id GLOB '*0'") ==
          Rows{{{}, {}, {}, "1", "1.000000", "1", "0.000000"}});
    CHECK(texts("SELECT claimId, startDate FROM claim_attendance WHERE id GLOB '*1'") == Rows{{"first", {}}});
    CHECK(texts("SELECT claimId, startDate, familyfee FROM claim_attendance WHERE id GLOB '*2'") ==
          Rows{{"A", "2024-03-01", "3.500000"}});
    CHECK(texts("SELECT id + 0, field, type, value FROM claim_attendance_malformed ORDER BY id, field") ==
          Rows{{"0", "$.attendance.body.familyfee", "real", "Inf"},
               {"0", "$.attendance.body.invoiceamount", "real", "-Inf"},
               {"0", "$.startDate", "real", "Inf"},
               {"1", "$.startDate", "text", "20241399"}});
}

TEST_CASE("a list of thousands of days is shown completely, in linear and not quadratic time") {
    constexpr int kDays = kSanitized ? 1'000 : 10'000;
    const std::string count = std::to_string(kDays);
    std::string days;
    for (int i = 0; i < kDays; ++i)
        days += (i == 0 ? "" : ",") +
                std::string(R"({"attendancedate":"20240301","dailysummary":{"thtotalhours":"0.5"},)") +
                R"("signinout":[{"signin":"20240301 07:00 AM"}]})";
    AttendanceStore store({R"({"attendance":{"body":{"attendanceinfo":[)" + days + "]}}}"});
    using Rows = decltype(SqlTable::rows);
    CHECK(store.ask("SELECT count(*), sum(thtotalhours), max(day) FROM claim_attendance_day").rows ==
          Rows{{count, std::to_string(kDays * 0.5), std::to_string(kDays - 1)}});
    CHECK(store.ask("SELECT count(signin), count(signout) FROM claim_attendance_sign").rows ==
          Rows{{count, "0"}});
    CHECK(store.ask("SELECT * FROM claim_attendance_day").rows.size() == kDays);
    CHECK(store.ask("SELECT * FROM claim_attendance_malformed").rows.empty());
}

TEST_CASE(
    "characters that text cannot contain are U+FFFD in every view, and counted; the body is unchanged") {
    const std::string body = unreadable_body();
    AttendanceStore store({body, R"({"comment":"a \ufffd of its own"})"});
    const AttendanceRows seen = store.read(0);
    CHECK(seen.record.at("status") == "\xf0\x9f\x98\x80 whole");
    CHECK(seen.record.at("childName") ==
          "A\xef\xbf\xbd"
          "B");
    CHECK(seen.record.at("providerName") == "x\xef\xbf\xbdy");
    CHECK(seen.record.at("category") == "\\ud800");
    CHECK(seen.record.at("comment") == "\xef\xbf\xbd\xef\xbf\xbd");
    CHECK_FALSE(seen.record.at("startDate"));
    REQUIRE(seen.days.size() == 1);
    CHECK(seen.days[0].at("comment") == "\xef\xbf\xbd");
    REQUIRE(seen.signs.size() == 1);
    CHECK(seen.signs[0].at("comment") == "\xef\xbf\xbd!");
    CHECK(seen.malformed ==
          std::multiset<std::string>{"$.childName", "$.providerName", "$.comment", "$.tags[0]", "$.startDate",
                                     "$.attendance.body.attendanceinfo[0].comment",
                                     "$.attendance.body.attendanceinfo[0].signinout[0].comment"});
    CHECK(store.read(1).malformed.empty());
    CHECK(store.ask("SELECT body FROM records ORDER BY id").rows[0][0] == body);
    CHECK(store.ask("SELECT count(*) FROM records WHERE readable IS NOT NULL").rows[0][0] == "1");
}

TEST_CASE("a version that every program can read replaces one that none could") {
    StoreFixture fixture;
    fixture.open();
    const std::string before = R"({"comment":"\ud800"})";
    const auto commit = [&](const std::string& modified, const std::string& body) {
        const auto done = fixture.commit(make_page({{.id = "a", .modified = modified, .body = body}}));
        REQUIRE(done.has_value());
        return fixture.value("SELECT ifnull(readable, 'null') FROM records");
    };
    CHECK(commit("2024-03-01T00:00:00Z", before) == R"({"comment":"\ufffd"})");
    CHECK(commit("2024-03-02T00:00:00Z", R"({"comment":"fine"})") == "null");
    CHECK(commit("2024-03-03T00:00:00Z", before) == R"({"comment":"\ufffd"})");
}

TEST_CASE("signatures are shown as present, but never as images") {
    const std::string image(3'000, 'Q');
    AttendanceStore store({R"({"parentSignature":")" + image + R"(","providerSignature":""})",
                           R"({"parentSignature":[")" + image + R"("],"providerSignature":null})"});
    CHECK(store.ask("SELECT parentSignature, providerSignature FROM claim_attendance ORDER BY id").rows ==
          decltype(SqlTable::rows){{"1", "0"}, {{}, "0"}});
    for (const char* view : {"claim_attendance", "claim_attendance_malformed"}) {
        for (const auto& row : store.ask(std::string("SELECT * FROM ") + view).rows) {
            for (const auto& value : row)
                CHECK(value.value_or("").find("QQ") == std::string::npos);
        }
    }
}

TEST_CASE("deleted records and other entities are in no view") {
    const std::string body =
        R"({"startDate":"x","attendance":{"body":{"attendanceinfo":[{"signinout":[{}]}]}}})";
    AttendanceStore store({body, body, body});
    store.sql(
        "UPDATE records SET deleted_at = '2024-01-01T00:00:00.000Z' WHERE id GLOB '*1';"
        "UPDATE records SET stream = 'other' WHERE id GLOB '*2'");
    const auto count = [&](const std::string& view) {
        return store.ask("SELECT id FROM " + view).rows.size();
    };
    for (const char* view :
         {"claim_attendance", "claim_attendance_day", "claim_attendance_sign", "claim_attendance_malformed"})
        CHECK(count(view) == 1);
    store.sql(
        "INSERT INTO streams (stream, entity, fingerprint, dialect, updated_at)"
        " VALUES ('other', 'claim_attendance', '', '', '')");
    CHECK(count("claim_attendance") == 2);
    store.sql("UPDATE streams SET entity = 'provider' WHERE stream = 'other'");
    CHECK(count("claim_attendance") == 1);
}
