// The view of corrections. The history by the reader: unit/store_reader.
#include "support/run_task.hpp"
#include "unit/store_sqlite/fixture.hpp"

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

const std::string kAttendance = "claim_attendance";

class HistoryFixture {
  public:
    HistoryFixture() {
        store.open();
        REQUIRE(run_task(store.io(), store.store().note_first_pass(kAttendance)).has_value());
        store.sql(
            "INSERT INTO streams (stream, entity, fingerprint, dialect, updated_at)"
            " VALUES ('claim_attendance', 'claim_attendance', '', '', '')");
    }

    void commit(const std::string& body, const std::string& modified, bool disabled = false,
                std::optional<DaySpan> days = {}) {
        const auto page = make_page({{"a", modified, body, disabled, days}});
        REQUIRE(
            run_task(store.io(), store.store().commit({.stream = kAttendance, .page = page})).has_value());
    }
    void remove(const std::string& modified) {
        Batch batch{.stream = kAttendance};
        batch.gone.push_back({"a", modified, *Timestamp::parse(modified)});
        REQUIRE(run_task(store.io(), store.store().commit(std::move(batch)))->deleted == 1);
    }
    StoreFixture store;
};

const std::string kJan1 = "2024-01-01T00:00:00Z";
const std::string kJan2 = "2024-01-02T00:00:00Z";
const std::string kJan3 = "2024-01-03T00:00:00Z";
const std::string kJan4 = "2024-01-04T00:00:00Z";

}  // namespace

TEST_CASE("corrections are rows of a view, with the claim, the month and the day") {
    HistoryFixture fixture;
    const auto body = [](const std::string& hours, const std::string& more) {
        return R"({"claimId":"CL1","childId":"CH1","childName":"Pip","providerId":"PR1","providerName":"Nest",)" +
               more +
               R"("attendance":{"body":{"attendanceinfo":[{"attendancedate":"20240305","dailysummary":{"nhtotalhours":)" +
               hours + R"(},"signinout":[{"signInId":"S1","signin":")" + hours + R"("}]}]}}})";
    };
    const DaySpan march{20240301, 20240331};
    fixture.commit(body("1", ""), kJan1, false, march);
    fixture.commit(body("2", R"("status":"active",)"), kJan2, false, march);
    fixture.commit(body("2", R"("status":"active","disabled":true,)"), kJan3, true, march);
    fixture.commit(body("2", R"("status":"void","disabled":true,)"), kJan4, true, march);
    fixture.remove(kJan4);
    const std::string rows = fixture.store.value(
        "SELECT group_concat(seq || ' ' || kind || ' ' || field || ' ' || ifnull(day, '-') || ' ' || "
        "ifnull(signInId, '-')"
        " || ' ' || ifnull(was, '-') || ' ' || ifnull(is_now, '-'), char(10)) FROM"
        " (SELECT * FROM claim_attendance_corrections ORDER BY seq, field)");
    CHECK(rows ==
          "1 created _record - - - created\n"
          "2 updated dailysummary.nhtotalhours 2024-03-05 - 1 2\n"
          "2 updated signin 2024-03-05 S1 1 2\n"
          "2 updated status - - - active\n"
          "3 disabled _record - - - disabled\n"
          "3 disabled disabled - - - true\n"
          "4 disabled status - - active void\n"
          "5 deleted _record - - - deleted");
    CHECK(fixture.store.value(
              "SELECT DISTINCT claimId || childId || childName || providerId || providerName || month"
              " || stream || id FROM claim_attendance_corrections") ==
          "CL1CH1PipPR1Nest2024-03claim_attendancea");
    CHECK(fixture.store.value("SELECT count(DISTINCT changed_at) FROM claim_attendance_corrections") == "1");
}

TEST_CASE("a record that came back has a row of its own, and those of what differs from before") {
    HistoryFixture fixture;
    fixture.commit(R"({"hours":1})", kJan1);
    fixture.remove(kJan1);
    fixture.commit(R"({"hours":2})", kJan3);
    CHECK(fixture.store.value("SELECT group_concat(kind || ' ' || field, ',') FROM"
                              " (SELECT * FROM claim_attendance_corrections ORDER BY seq, field)") ==
          "created _record,deleted _record,restored _record,restored hours");
}

TEST_CASE("no body makes the view of corrections fail") {
    HistoryFixture fixture;
    fixture.commit(R"({"claimId":{"x":1}})", kJan1);
    fixture.commit("[1]", kJan2);
    fixture.commit(R"({"claimId":"\ud800\u0000x"})", kJan3);
    CHECK(fixture.store.value("SELECT count(*) FROM claim_attendance_corrections") == "3");
    CHECK(fixture.store.value("SELECT DISTINCT claimId FROM claim_attendance_corrections") ==
          "\uFFFD\uFFFDx");
    fixture.store.sql("UPDATE streams SET entity = 'claim'");
    CHECK(fixture.store.value("SELECT count(*) FROM claim_attendance_corrections") == "0");
}
