// An empty store is filled without its unique index, which affects only the time it takes.
#include "support/run_task.hpp"
#include "unit/store_sqlite/fixture.hpp"

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

constexpr const char* kFirstModified = "2024-01-01T00:00:00Z";

// All indexes that a first load omits, or none.
bool has_index(StoreFixture& fixture) {
    const std::string count = fixture.value(
        "SELECT count(*) FROM sqlite_schema WHERE name IN ('records_by_id', 'changes_by_modified', "
        "'changes_by_days')");
    CHECK((count == "0" || count == "3"));
    return count == "3";
}

Result<CommitSummary> commit(StoreFixture& fixture, Batch batch) {
    return run_task(fixture.io(), fixture.store().commit(std::move(batch)));
}

void end_first_pass(StoreFixture& fixture, const std::string& stream) {
    REQUIRE(run_task(fixture.io(), fixture.store().note_first_pass(stream)).has_value());
}

std::optional<HeldRecord> held(StoreFixture& fixture, const std::string& id) {
    return run_task(fixture.io(), fixture.store().held("s", {id}))->at(0);
}

// "a0" in a newer version and "b0".
PagePtr known_and_new() {
    return make_page({{"a0", "2024-02-01T00:00:00Z", "{}"}, {"b0", kFirstModified, "{}"}});
}

}  // namespace

TEST_CASE("a first load omits the index until its pass ends, and recognizes its own records") {
    StoreFixture fixture;
    fixture.open();
    CHECK(has_index(fixture));
    REQUIRE(fixture.commit(page_of("a", 50, 10))->created == 50);
    CHECK_FALSE(has_index(fixture));
    CHECK(fixture.commit(page_of("a", 60, 10))->unchanged == 50);
    const auto both = fixture.commit(known_and_new());
    REQUIRE(both.has_value());
    CHECK(both->updated == 1);
    CHECK(both->created == 1);
    CHECK(held(fixture, "a0").value().modified_text == "2024-02-01T00:00:00Z");
    CHECK_FALSE(held(fixture, "c0").has_value());
    CHECK_FALSE(has_index(fixture));

    end_first_pass(fixture, "s");
    CHECK(has_index(fixture));
    CHECK(held(fixture, "a59").value().modified_text == kFirstModified);
    Batch older{.stream = "s", .page = page_of("a", 60, 10)};
    older.asked_at = Timestamp::parse("2024-02-01T00:00:01Z").value();
    CHECK(commit(fixture, older)->doubted == 1);
    CHECK(fixture.value("SELECT count(*) || ' ' || count(DISTINCT id) FROM records") == "61 61");
}

TEST_CASE("of several streams the end of the last one builds the index") {
    StoreFixture fixture;
    fixture.open();
    REQUIRE(commit(fixture, {.stream = "s", .page = page_of("a", 5, 10)})->created == 5);
    REQUIRE(commit(fixture, {.stream = "t", .page = page_of("a", 5, 10)})->created == 5);
    end_first_pass(fixture, "t");
    CHECK_FALSE(has_index(fixture));
    CHECK(commit(fixture, {.stream = "t", .page = page_of("a", 6, 10)})->created == 1);
    CHECK_FALSE(has_index(fixture));  // a poll adds a record, but the stream is not in its first pass again
    end_first_pass(fixture, "s");
    CHECK(has_index(fixture));
    CHECK(commit(fixture, {.stream = "t", .page = page_of("a", 6, 10)})->unchanged == 6);
}

TEST_CASE("a stream whose first pass found no record is filled with the index") {
    StoreFixture fixture;
    fixture.open();
    end_first_pass(fixture, "s");
    SECTION("in the same run") {}
    SECTION("after a restart") {
        fixture.open();
    }
    REQUIRE(fixture.commit(page_of("a", 5, 10))->created == 5);
    CHECK(has_index(fixture));
    REQUIRE(commit(fixture, {.stream = "t", .page = page_of("a", 5, 10)})->created == 5);
    CHECK(has_index(fixture));
}

TEST_CASE("a first load with more records than its limit continues with the index") {
    StoreFixture fixture;
    SqliteSettings settings = fixture.settings();
    settings.first_load.records_max = 30;
    fixture.open(settings);
    REQUIRE(fixture.commit(page_of("a", 29, 10))->created == 29);
    CHECK_FALSE(has_index(fixture));
    CHECK(fixture.commit(page_of("a", 40, 10))->created == 11);
    CHECK(has_index(fixture));
    CHECK(fixture.commit(page_of("a", 41, 10))->unchanged == 40);
}

TEST_CASE("ids that share their key are distinguished") {
    StoreFixture fixture;
    SqliteSettings settings = fixture.settings();
    settings.first_load.key_mask = 0;
    fixture.open(settings);
    REQUIRE(fixture.commit(page_of("a", 1, 10))->created == 1);
    CHECK_FALSE(has_index(fixture));
    CHECK_FALSE(held(fixture, "b0").has_value());
    CHECK(held(fixture, "a0").has_value());
    const auto both = fixture.commit(known_and_new());
    REQUIRE(both.has_value());
    CHECK(both->updated == 1);
    CHECK(both->created == 1);
    CHECK(has_index(fixture));
}

TEST_CASE("an interrupted first load has its index after the next start") {
    StoreFixture fixture;
    fixture.open();
    REQUIRE(fixture.commit(page_of("a", 50, 10)).has_value());
    fixture.open();
    CHECK(has_index(fixture));
    CHECK(fixture.commit(page_of("a", 51, 10))->unchanged == 50);
    CHECK(has_index(fixture));
}

TEST_CASE("a failed commit affects neither the index nor the map") {
    StoreFixture fixture;
    SqliteSettings settings = fixture.settings();
    settings.first_load.records_max = 5;
    fixture.open(settings);
    const auto block = [&](int seq) {
        fixture.sql("INSERT INTO changes (seq, stream, id, kind, modified, hash, committed_at) VALUES (" +
                    std::to_string(seq) + ", 'x', '', '', '', x'', '')");
    };
    const auto unblock = [&] {
        fixture.sql(
            "DELETE FROM changes WHERE stream = 'x'; UPDATE meta SET value = '0' WHERE name = 'seq_high'");
    };
    SECTION("the very first one") {
        block(2);
        CHECK(fixture.commit(page_of("a", 3, 10)).has_error());
        CHECK(has_index(fixture));
        unblock();
        CHECK(fixture.commit(page_of("a", 3, 10))->created == 3);
    }
    SECTION("a later one") {
        REQUIRE(fixture.commit(page_of("a", 2, 10)).has_value());
        block(4);
        CHECK(fixture.commit(page_of("b", 2, 10)).has_error());
        unblock();
        CHECK(fixture.commit(page_of("b", 2, 10))->created == 2);
        CHECK_FALSE(has_index(fixture));
    }
    SECTION("the one that built the index") {
        REQUIRE(fixture.commit(page_of("a", 3, 10)).has_value());
        block(6);
        CHECK(fixture.commit(page_of("b", 4, 10)).has_error());
        CHECK_FALSE(has_index(fixture));
        CHECK(held(fixture, "a2").has_value());
        CHECK_FALSE(held(fixture, "b0").has_value());
        unblock();
        CHECK(fixture.commit(page_of("b", 4, 10))->created == 4);
        CHECK(has_index(fixture));
        CHECK(fixture.commit(page_of("a", 3, 10))->unchanged == 3);
    }
    CHECK(fixture.value("SELECT max(seq) = count(*) FROM changes") == "1");
}
