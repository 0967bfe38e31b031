// A record's history by the reader.
#include "support/run_task.hpp"
#include "unit/store_reader/read_stores.hpp"

#include <catch2/catch.hpp>

using namespace carecloud;
using Catch::Contains;

namespace {

const std::string kAttendance = "claim_attendance";

template <class Backend>
class HistoryFixture : public Backend {
  public:
    HistoryFixture() {
        REQUIRE(run_task(this->io(), this->store().note_first_pass(kAttendance)).has_value());
    }
    void commit(const std::string& body, const std::string& modified) {
        const auto page = make_page({{"a", modified, body}});
        REQUIRE(
            run_task(this->io(), this->store().commit({.stream = kAttendance, .page = page})).has_value());
    }
    void remove(const std::string& modified) {
        Batch batch{.stream = kAttendance};
        batch.gone.push_back({"a", modified, *Timestamp::parse(modified)});
        REQUIRE(run_task(this->io(), this->store().commit(std::move(batch)))->deleted == 1);
    }
    VersionPage page(std::optional<std::uint64_t> before = {}, std::size_t limit = 100) {
        return run_task(this->io(), this->reader().versions(kAttendance, "a", before, limit))->value();
    }
    Result<std::optional<VersionBody>> version(std::uint64_t seq, const std::string& id = "a") {
        return run_task(this->io(), this->reader().version(kAttendance, id, seq));
    }
    std::string body(std::uint64_t seq) {
        const auto found = version(seq);
        if (!found) return found.error().message();
        if (!*found) return "unknown";
        return (*found)->body.value_or("not kept");
    }
};

std::string lines(const VersionPage& page) {
    std::string text;
    for (const VersionRow& row : page.versions)
        text += std::to_string(row.seq) + " " + std::string(to_string(row.kind)) +
                (row.kept ? " kept " : " - ") + std::to_string(row.corrections.size()) + "\n";
    return text;
}

const std::string kJan1 = "2024-01-01T00:00:00Z";
const std::string kJan2 = "2024-01-02T00:00:00Z";
const std::string kJan3 = "2024-01-03T00:00:00Z";
const std::string kJan4 = "2024-01-04T00:00:00Z";

}  // namespace

TEMPLATE_TEST_CASE("a record's history is read from the newest version to the first", "", SqliteReadStore,
                   PostgresReadStore) {
    HistoryFixture<TestType> fixture;
    fixture.commit(R"({"v":1})", kJan1);
    fixture.commit(R"({"v":2,"w":1})", kJan2);
    fixture.commit(R"({ "w":1, "v":2 })", kJan3);
    fixture.commit(R"({"v":3,"w":1})", kJan4);
    CHECK(lines(fixture.page()) == "4 updated kept 1\n3 updated kept 0\n2 updated - 2\n1 created kept 0\n");
    CHECK(fixture.body(4) == R"({"v":3,"w":1})");
    CHECK(fixture.body(3) == R"({ "w":1, "v":2 })");
    CHECK(fixture.body(2) == "not kept");
    CHECK(fixture.body(1) == R"({"v":1})");
    CHECK(fixture.body(5) == "unknown");
    CHECK(fixture.version(1, "b")->has_value() == false);
    CHECK(fixture.version(1)->value().hash == sha256(R"({"v":1})"));
    CHECK(fixture.page().versions[2].corrections ==
          std::vector<Difference>{{.field = "v", .was = "1", .is_now = "2"}, {.field = "w", .is_now = "1"}});

    CHECK(lines(fixture.page({}, 2)) == "4 updated kept 1\n3 updated kept 0\n");
    CHECK(fixture.page({}, 2).next == 3);
    CHECK(lines(fixture.page(3, 2)) == "2 updated - 2\n1 created kept 0\n");
    CHECK_FALSE(fixture.page(3, 2).next);
    CHECK(fixture.page(1).versions.empty());
    CHECK_FALSE(
        run_task(fixture.io(), fixture.reader().versions(kAttendance, "nobody", {}, 10))->has_value());
}

TEMPLATE_TEST_CASE("a version that was deleted and came back is read by each of its changes", "",
                   SqliteReadStore, PostgresReadStore) {
    HistoryFixture<TestType> fixture;
    fixture.commit(R"({"v":1})", kJan1);
    fixture.remove(kJan1);
    CHECK(lines(fixture.page()) == "2 deleted kept 0\n1 created kept 0\n");
    CHECK(fixture.body(1) == R"({"v":1})");
    fixture.commit(R"({"v":2})", kJan3);
    CHECK(lines(fixture.page()) == "3 restored kept 1\n2 deleted kept 0\n1 created kept 0\n");
    CHECK(fixture.body(1) == R"({"v":1})");
    CHECK(fixture.body(2) == R"({"v":1})");
}

TEMPLATE_TEST_CASE("versions that were pruned are not kept, and the others still are", "", SqliteReadStore,
                   PostgresReadStore) {
    HistoryFixture<TestType> fixture;
    for (int i = 1; i <= 4; ++i)
        fixture.commit(R"({"v":)" + std::to_string(i) + R"(,"s":")" + std::string(300, 's') + "\"}",
                       "2024-01-0" + std::to_string(i) + "T00:00:00Z");
    fixture.sql("DELETE FROM versions WHERE seq < 4; DELETE FROM corrections WHERE seq < 4");
    CHECK(lines(fixture.page()) == "4 updated kept 1\n3 updated kept 0\n2 updated - 0\n1 created - 0\n");
    CHECK(fixture.body(2) == "not kept");
    CHECK_THAT(fixture.body(3), Contains("\"v\":3"));
    fixture.sql("DELETE FROM changes WHERE seq < 3");
    CHECK(lines(fixture.page()) == "4 updated kept 1\n3 updated kept 0\n");
    CHECK(fixture.body(2) == "unknown");
}

TEMPLATE_TEST_CASE(
    "versions from before keeping was switched off and on again are not kept, and never damaged", "",
    SqliteReadStore, PostgresReadStore) {
    HistoryFixture<TestType> fixture;
    const auto switch_to = [&](bool keeps) {
        REQUIRE(run_task(fixture.io(), fixture.store().prune({.keep_versions = keeps})).has_value());
    };
    fixture.commit(R"({"v":1})", kJan1);
    fixture.commit(R"({"v":2})", kJan2);
    fixture.commit(R"({"v":3})", kJan3);
    switch_to(false);
    CHECK(fixture.body(1) == R"({"v":1})");
    fixture.commit(R"({"v":4})", kJan4);
    switch_to(true);
    fixture.commit(R"({"v":5})", "2024-01-05T00:00:00Z");
    CHECK(lines(fixture.page()) ==
          "5 updated kept 1\n4 updated kept 0\n3 updated - 1\n2 updated - 1\n1 created - 0\n");
    for (const std::uint64_t seq : {1, 2, 3})
        CHECK(fixture.body(seq) == "not kept");
    CHECK(fixture.body(4) == R"({"v":4})");
    CHECK(fixture.value("SELECT versions || ' ' || bytes FROM version_totals") ==
          fixture.value("SELECT count(*) || ' ' || sum(length(body)) FROM versions"));
}

TEMPLATE_TEST_CASE(
    "a damaged version is an error that names the record and the change, and nothing of its content", "",
    SqliteReadStore, PostgresReadStore) {
    HistoryFixture<TestType> fixture;
    fixture.commit(R"({"name":"Maria"})", kJan1);
    fixture.commit(R"({"name":"Mario"})", kJan2);
    fixture.commit(R"({"name":"Marie"})", kJan3);
    for (const std::string& damage :
         {"body = " + TestType::blob("01"), "hash = " + TestType::blob(std::string(64, '0')),
          std::string("bytes = 7"), "body = " + TestType::blob("")}) {
        CAPTURE(damage);
        fixture.sql("CREATE TABLE saved AS SELECT * FROM versions; UPDATE versions SET " + damage +
                    " WHERE seq = 2");
        const auto found = fixture.version(1);
        if (damage.starts_with("hash")) {
            CHECK(fixture.body(1) == "not kept");
        } else {
            REQUIRE(found.has_error());
            CHECK(found.error().code == ErrorCode::store_corrupt);
            CHECK_THAT(found.error().message(), Contains("record a") && Contains("change 2"));
            CHECK_THAT(found.error().message(), !Contains("Mari"));
        }
        CHECK(fixture.body(2) == R"({"name":"Mario"})");
        fixture.sql("DELETE FROM versions; INSERT INTO versions SELECT * FROM saved; DROP TABLE saved");
    }
    CHECK(fixture.body(1) == R"({"name":"Maria"})");
}

TEMPLATE_TEST_CASE("older versions stay readable when the bytes are replaced that they were packed with", "",
                   SqliteReadStore, PostgresReadStore) {
    HistoryFixture<TestType> fixture;
    const std::string long_text(2000, 'x');
    const auto body = [&](const std::string& hours, const std::string& space) {
        return R"({"hours":)" + hours + "," + space + R"("text":")" + long_text + "\"}";
    };
    fixture.commit(body("1", ""), "2024-01-01T00:00:00Z");
    fixture.commit(body("2", ""), "2024-01-02T00:00:00Z");
    for (int i = 3; i <= 5; ++i)
        fixture.commit(body("2", std::string(static_cast<std::size_t>(i), ' ')),
                       "2024-01-0" + std::to_string(i) + "T00:00:00Z");
    fixture.commit(body("6", ""), "2024-01-06T00:00:00Z");
    CHECK(lines(fixture.page()) ==
          "6 updated kept 1\n5 updated kept 0\n4 updated - 0\n3 updated - 0\n2 updated - 1\n1 created kept "
          "0\n");
    CHECK((fixture.body(1) == body("1", "")));
    CHECK((fixture.body(5) == body("2", "     ")));
    CHECK(fixture.value("SELECT CASE WHEN max(length(body)) < 40 THEN 'small' END FROM versions") == "small");
    CHECK(fixture.value("SELECT versions || ' ' || bytes FROM version_totals") ==
          fixture.value("SELECT count(*) || ' ' || sum(length(body)) FROM versions"));
}

TEMPLATE_TEST_CASE("what a damaged version makes unreadable is reported, and the newer ones are read", "",
                   SqliteReadStore, PostgresReadStore) {
    HistoryFixture<TestType> fixture;
    std::string notes;
    for (int i = 1; i <= 5; ++i) {
        notes.insert(0, "note " + std::to_string(i) + " of a record; ");
        fixture.commit(R"({"notes":")" + notes + R"(","v":)" + std::to_string(i) + "}",
                       "2024-01-0" + std::to_string(i) + "T00:00:00Z");
    }
    fixture.sql("UPDATE versions SET body = " + TestType::blob(std::string(18, '0')) + " WHERE seq = 4");
    CHECK_THAT(fixture.body(4), Contains("\"v\":4"));
    CHECK_THAT(fixture.body(3), Contains("change 4 replaced is damaged"));
    CHECK_THAT(fixture.body(1), Contains("change 4 replaced is damaged"));
    // And what comes later is kept as ever.
    fixture.commit(R"({"v":6})", "2024-01-06T00:00:00Z");
    CHECK_THAT(fixture.body(5), Contains("\"v\":5"));
}

TEMPLATE_TEST_CASE("a chain of changes that was altered into a ring ends", "", SqliteReadStore,
                   PostgresReadStore) {
    HistoryFixture<TestType> fixture;
    fixture.commit(R"({"v":1})", kJan1);
    fixture.commit(R"({"v":2})", kJan2);
    fixture.sql("UPDATE changes SET previous = 2");
    CHECK(fixture.page().versions.size() <= 2);
}
