// What store.keep removes, and what it does not.
#include "store/sqlite/connection.hpp"
#include "store/sqlite/sqlite_reader.hpp"
#include "support/run_task.hpp"
#include "unit/store_sqlite/fixture.hpp"

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

std::string day(int number) {
    return "2024-01-" + std::string(number < 10 ? "0" : "") + std::to_string(number) + "T00:00:00Z";
}

Timestamp at_day(int number) {
    return *Timestamp::parse(day(number));
}

class PruneFixture {
  public:
    PruneFixture() { store.open(); }

    // A version of each record on that day.
    void commit(int on, const std::vector<std::string>& ids) {
        store.clock().set(at_day(on));
        std::vector<TestRecord> records;
        for (const std::string& id : ids)
            records.push_back({id, day(on), R"({"_id":")" + id + R"(","v":)" + std::to_string(on) + "}"});
        const auto done =
            run_task(store.io(), store.store().commit({.stream = "s", .page = make_page(records)}));
        REQUIRE(done.has_value());
        REQUIRE(run_task(store.io(), store.store().note_first_pass("s")).has_value());
    }
    PruneReport prune(const KeepLimits& limits) {
        PruneReport sum;
        for (;;) {
            const auto report = run_task(store.io(), store.store().prune(limits));
            REQUIRE(report.has_value());
            sum += *report;
            if (!report->more) return sum;
        }
    }
    std::string seqs(const std::string& table) {
        return store.value("SELECT group_concat(seq) FROM (SELECT DISTINCT seq FROM " + table +
                           " ORDER BY seq)");
    }

    StoreFixture store;
};

}  // namespace

TEST_CASE("former versions and corrections go by the age of the change that replaced them") {
    PruneFixture fixture;
    for (int i = 1; i <= 5; ++i)
        fixture.commit(i, {"a"});
    CHECK(fixture.seqs("versions") == "2,3,4,5");
    const PruneReport report = fixture.prune({.versions = at_day(4)});
    CHECK(report.versions == 2);
    CHECK(report.corrections == 2);
    CHECK(fixture.seqs("versions") == "4,5");
    CHECK(fixture.seqs("corrections") == "4,5");
    CHECK(fixture.seqs("changes") == "1,2,3,4,5");
    CHECK(fixture.store.value(
              "SELECT versions || ' ' || (bytes = (SELECT sum(length(body)) FROM versions)) FROM"
              " version_totals") == "2 1");
    CHECK_FALSE(fixture.prune({.versions = at_day(4)}).written);
}

TEST_CASE("of the log the newest change of each record stays, and numbers are not given twice") {
    PruneFixture fixture;
    fixture.commit(1, {"a", "b"});
    fixture.commit(2, {"a"});
    fixture.commit(3, {"a"});
    CHECK(fixture.prune({.changes = at_day(20)}).changes == 2);
    CHECK(fixture.seqs("changes") == "2,4");
    fixture.store.open();
    CHECK_FALSE(fixture.prune({.changes = at_day(20)}).written);
    fixture.commit(4, {"b"});
    CHECK(fixture.seqs("changes") == "2,4,5");
    // The former newest change stays: pruning has passed it.
    CHECK(fixture.prune({.changes = at_day(20)}).changes == 0);
}

TEST_CASE("nothing that is young enough is taken away behind what a wrong clock has dated back") {
    PruneFixture fixture;
    fixture.commit(10, {"a"});
    fixture.commit(11, {"a"});
    fixture.commit(
        1, {"a"});  // with a clock that went back: the version is older than the one held, and is doubted
    fixture.commit(12, {"a"});
    CHECK(fixture.prune({.versions = at_day(5), .changes = at_day(5)}).rows() == 0);
}

TEST_CASE("settled events go, and open ones stay whatever their age") {
    PruneFixture fixture;
    for (int i = 1; i <= 4; ++i) {
        fixture.store.clock().set(at_day(i));
        Event event{.message_id = "m" + std::to_string(i), .stream = "s", .record_id = "a", .body = "{}"};
        if (i == 4) event.state = EventState::not_in_stream;
        REQUIRE(run_task(fixture.store.io(), fixture.store.store().receive(std::move(event))).has_value());
    }
    fixture.store.clock().set(at_day(6));
    REQUIRE(run_task(fixture.store.io(), fixture.store.store().settle({{"m1", EventState::settled}}))
                .has_value());
    fixture.store.clock().set(at_day(12));
    REQUIRE(
        run_task(fixture.store.io(), fixture.store.store().settle({{"m3", EventState::gone}})).has_value());
    CHECK(fixture.prune({.events = at_day(10)}).events == 2);
    CHECK(fixture.store.value("SELECT group_concat(message_id) FROM events") == "m2,m3");
    CHECK(fixture.prune({.events = at_day(20)}).events == 1);
    CHECK(fixture.store.value("SELECT group_concat(message_id) FROM events") == "m2");
}

TEST_CASE("the body of a deleted record goes with its former versions, and it may come back") {
    PruneFixture fixture;
    fixture.commit(1, {"a", "b"});
    fixture.commit(2, {"a", "b"});
    fixture.store.clock().set(at_day(3));
    Batch gone{.stream = "s"};
    gone.gone.push_back({"a", day(2), at_day(2)});
    REQUIRE(run_task(fixture.store.io(), fixture.store.store().commit(std::move(gone)))->deleted == 1);
    CHECK(fixture.prune({.deleted = at_day(3)}).rows() == 0);
    const PruneReport report = fixture.prune({.deleted = at_day(4)});
    CHECK(report.bodies == 1);
    CHECK(report.versions == 1);
    CHECK(fixture.store.value("SELECT group_concat(body, '') FROM records WHERE id = 'a'") == "{}");
    CHECK(fixture.store.value("SELECT group_concat(id) FROM versions") == "b");
    CHECK_FALSE(fixture.prune({.deleted = at_day(4)}).written);
    auto reader = SqliteReader::open(fixture.store.settings());
    REQUIRE(reader.has_value());
    const auto versions = run_task(fixture.store.io(), (*reader)->versions("s", "a", {}, 10));
    CHECK_FALSE((*versions)->versions.front().kept);
    CHECK_FALSE((*run_task(fixture.store.io(), (*reader)->version("s", "a", 5)))->body);
    (*reader)->close();
    fixture.commit(5, {"a"});
    CHECK(fixture.store.value("SELECT body FROM records WHERE id = 'a'") == R"({"_id":"a","v":5})");
    CHECK(fixture.store.value("SELECT count(*) FROM versions WHERE id = 'a'") == "0");
}

TEST_CASE("a slice is short, and many of them take all away") {
    PruneFixture fixture;
    std::vector<std::string> ids;
    for (int i = 0; i < 400; ++i)
        ids.push_back("r" + std::to_string(i));
    for (int i = 1; i <= 5; ++i)
        fixture.commit(i, ids);
    const PruneReport report = fixture.prune({.versions = at_day(20), .changes = at_day(20)});
    CHECK(report.versions == 1600);
    CHECK(report.changes == 1600);
    CHECK(fixture.store.value("SELECT count(*) FROM corrections") == "0");
    CHECK(fixture.store.value("SELECT versions || ' ' || bytes FROM version_totals") == "0 0");
}

TEST_CASE("without former versions none is written") {
    PruneFixture fixture;
    SqliteSettings settings = fixture.store.settings();
    settings.keep_versions = false;
    fixture.store.open(settings);
    fixture.commit(1, {"a"});
    fixture.commit(2, {"a"});
    CHECK(fixture.store.value("SELECT count(*) FROM versions") == "0");
    CHECK(fixture.store.value("SELECT count(*) FROM corrections") == "0");
    fixture.prune({});
    fixture.commit(3, {"a"});
    CHECK(fixture.store.value("SELECT count(*) FROM versions") == "1");
    fixture.prune({.versions = at_day(20), .keep_versions = false});
    fixture.commit(4, {"a"});
    CHECK(fixture.store.value("SELECT count(*) FROM versions") == "0");
}

TEST_CASE("nothing is pruned while an empty store is filled") {
    PruneFixture fixture;
    fixture.store.clock().set(at_day(1));
    REQUIRE(fixture.store.commit(page_of("a", 5, 10)).has_value());
    REQUIRE(fixture.store.commit(make_page({{"a0", day(2)}})).has_value());
    CHECK(fixture.prune({.versions = at_day(20), .changes = at_day(20)}).rows() == 0);
}
