// What of the reader is SQLite's alone. Pages and their bounds: unit/store_reader.
#include "store/sqlite/connection.hpp"
#include "store/sqlite/sqlite_reader.hpp"
#include "support/run_task.hpp"
#include "unit/store_sqlite/fixture.hpp"

#include <filesystem>
#include <vector>

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

constexpr std::uintmax_t kLogMin = 4096;

class ReaderFixture {
  public:
    ReaderFixture() {
        store.open();
        auto opened = SqliteReader::open(store.settings());
        if (!opened) FAIL(opened.error().message());
        reader_ = std::move(*opened);
    }

    ChangePage changes(std::uint64_t since, std::size_t limit) {
        return *run_task(store.io(), reader_->changes(since, limit));
    }
    std::optional<RecordRow> record(const std::string& id) {
        return *run_task(store.io(), reader_->record("s", id));
    }
    RecordPage records(RecordFilter filter) {
        filter.stream = "s";
        return *run_task(store.io(), reader_->records(std::move(filter)));
    }
    // The first load is over: the store has its index.
    void end_walk() { REQUIRE(run_task(store.io(), store.store().note_first_pass("s")).has_value()); }
    void commit(const std::vector<TestRecord>& records) {
        REQUIRE(store.commit(make_page(records)).has_value());
        end_walk();
    }
    SqliteReader& reader() { return *reader_; }

    StoreFixture store;

  private:
    std::unique_ptr<SqliteReader> reader_;
};

}  // namespace

TEST_CASE(
    "during the first load of an empty store, reads of records are refused as busy, and changes are "
    "readable") {
    ReaderFixture fixture;
    REQUIRE(fixture.store.commit(page_of("a", 10, 10)).has_value());
    const auto record = run_task(fixture.store.io(), fixture.reader().record("s", "a1"));
    REQUIRE(record.has_error());
    CHECK(record.error().code == ErrorCode::store_busy);
    CHECK(run_task(fixture.store.io(), fixture.reader().records({.stream = "s"})).has_error());
    CHECK(run_task(fixture.store.io(), fixture.reader().count_records("s")).has_error());
    CHECK(fixture.changes(0, 100).changes.size() == 10);
    fixture.end_walk();
    CHECK(fixture.record("a1"));
}

TEST_CASE("a reader holds no snapshot: the log restarts meanwhile, and each call sees the newest commit") {
    ReaderFixture fixture;
    fixture.commit({{.id = "a", .modified = "2024-01-01T00:00:00Z"}});
    for (std::uint64_t i = 1; i <= 20; ++i) {
        CHECK(fixture.changes(0, 1000).changes.size() == i);
        CHECK(fixture.records({.limit = 1}).records.size() == 1);
        // Nobody reads: a checkpoint gets the whole log, and may cut it back to nothing.
        fixture.store.sql("PRAGMA wal_checkpoint(TRUNCATE)");
        CHECK(std::filesystem::file_size(fixture.store.path() + "-wal") < kLogMin);
        REQUIRE(fixture.store.commit(page_of("n" + std::to_string(i), 1, 10)).has_value());
    }
}

TEST_CASE("the store's own close moves the log, after the reader's") {
    ReaderFixture fixture;
    fixture.commit({{.id = "a", .modified = "2024-01-01T00:00:00Z"}});
    CHECK(fixture.changes(0, 1).changes.size() == 1);
    fixture.reader().close();
    fixture.store.close();
    CHECK_FALSE(std::filesystem::exists(fixture.store.path() + "-wal"));
}

TEST_CASE("a file that is not a store is reported when it is opened for reading") {
    TempDir directory;
    const auto missing = SqliteReader::open({.path = directory.file("none.db")});
    REQUIRE(missing.has_error());
    CHECK(missing.error().code == ErrorCode::store_failed);
}
