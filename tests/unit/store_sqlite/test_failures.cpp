// Failures while the store is in use: reported by kind, nothing of the call is stored, and the next one works.
#include "store/sqlite/connection.hpp"
#include "support/run_task.hpp"
#include "unit/store_sqlite/fixture.hpp"

#include <filesystem>
#include <sys/mount.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>

using namespace carecloud;
using Catch::Contains;

namespace {

// A small filesystem, if this user may mount one.
class SmallDisk {
  public:
    explicit SmallDisk(std::string path) : path_(std::move(path)) {
        std::filesystem::create_directory(path_);
        mounted_ = ::mount("tmpfs", path_.c_str(), "tmpfs", 0, "size=8m") == 0;
    }
    ~SmallDisk() {
        if (mounted_) ::umount2(path_.c_str(), MNT_DETACH);
    }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;

    bool mounted() const { return mounted_; }

  private:
    std::string path_;
    bool mounted_ = false;
};

// Fills the store until it refuses a commit; then it must still accept what fits.
void fill_and_go_on(StoreFixture& fixture, const std::string& path) {
    Error error;
    int page = 0;
    for (; page < 1000; ++page) {
        const auto summary = fixture.commit(page_of("p" + std::to_string(page) + "-", 10, 100'000));
        if (summary) continue;
        error = summary.error();
        break;
    }
    CAPTURE(error.message());
    REQUIRE(error.code == ErrorCode::store_full);
    CHECK_THAT(error.message(), Contains(path) && Contains("free space"));
    const auto held = fixture.commit(page_of("p0-", 10, 100'000));
    REQUIRE(held.has_value());
    CHECK(held->unchanged == 10);
    CHECK(held->last_seq == static_cast<std::uint64_t>(page) * 10);
    // Nothing of the failed page was stored, and its numbers are given to the next one that fits.
    const auto small = fixture.commit(page_of("small", 1, 10));
    REQUIRE(small.has_value());
    CHECK(small->last_seq == held->last_seq + 1);
}

}  // namespace

TEST_CASE("a store at its maximum size refuses the page as a whole and continues") {
    StoreFixture fixture;
    SqliteSettings settings = fixture.settings();
    settings.size_max_bytes = 8U << 20U;
    fixture.open(settings);
    fill_and_go_on(fixture, fixture.path());
    CHECK(fixture.value("SELECT count(*) = max(seq) FROM changes") == "1");
}

TEST_CASE("a full disk refuses the page as a whole; the store continues once there is space") {
    StoreFixture fixture;
    const SmallDisk disk(fixture.directory().file("disk"));
    if (!disk.mounted()) {
        WARN("not run: this user may not mount a tmpfs");
        return;
    }
    SqliteSettings settings = fixture.settings();
    settings.path = fixture.directory().file("disk/store.db");
    fixture.open(settings);
    std::uint64_t seq = 0;
    Error error;
    for (int page = 0; page < 1000 && error.operation.empty(); ++page) {
        const auto summary = fixture.commit(page_of("p" + std::to_string(page) + "-", 10, 100'000));
        if (summary)
            seq = summary->last_seq;
        else
            error = summary.error();
    }
    CAPTURE(error.message());
    REQUIRE(error.code == ErrorCode::store_full);
    CHECK_THAT(error.message(), Contains(settings.path) && Contains("free space"));
    REQUIRE(::mount("tmpfs", fixture.directory().file("disk").c_str(), "tmpfs", MS_REMOUNT, "size=64m") == 0);
    const auto after = fixture.commit(page_of("after", 10, 100'000));
    REQUIRE(after.has_value());
    CHECK(after->last_seq == seq + 10);
    fixture.close();
}

TEST_CASE("another program's lock is waited for, then named, and the same page is stored afterwards") {
    StoreFixture fixture;
    SqliteSettings settings = fixture.settings();
    settings.busy_timeout = std::chrono::milliseconds(1);
    fixture.open(settings);
    Connection other(fixture.path(), "");
    other.execute("BEGIN IMMEDIATE");
    const PagePtr page = page_of("a", 3, 10);
    const auto refused = fixture.commit(page);
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == ErrorCode::store_busy);
    CHECK_THAT(refused.error().message(), Contains(fixture.path()) && Contains("another program"));
    CHECK(run_task(fixture.io(), fixture.store().unknown("s", {{"a0", "", {}}}))->size() ==
          1);  // reading still works
    other.execute("ROLLBACK");
    CHECK(fixture.commit(page)->created == 3);
}

TEST_CASE("a transaction that may write takes the lock immediately, one that reads takes none") {
    TempDir directory;
    Connection db(directory.file("some.db"), "");
    db.execute("PRAGMA journal_mode = WAL; CREATE TABLE t (a INTEGER)");
    Connection other(directory.file("some.db"), "");
    {
        const Transaction reading(db, Transaction::Access::read);
        CHECK(db.number("SELECT count(*) FROM t") == 0);
        other.execute("INSERT INTO t VALUES (1)");
    }
    const Transaction writing(db, Transaction::Access::write);
    CHECK_THROWS_AS(other.execute("INSERT INTO t VALUES (2)"), SqlError);
}

TEST_CASE("a damaged page within the file is found when it is used") {
    StoreFixture fixture;
    fixture.open();
    REQUIRE(fixture.commit(page_of("a", 500, 200)).has_value());
    fixture.open();  // creates the index that a first load omits
    fixture.close();
    Connection db(fixture.path(), "");
    const auto root = static_cast<std::uint64_t>(
        db.number("SELECT rootpage FROM sqlite_schema WHERE name = 'records_by_id'"));
    overwrite(fixture.path(), (root - 1) * 16384, std::string(16384, '\xee'));
    fixture.open();  // opening reads little of the file
    const auto refused = fixture.commit(page_of("b", 1, 10));
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == ErrorCode::store_corrupt);
    CHECK_THAT(refused.error().message(),
               Contains(fixture.path()) && Contains("malformed") && Contains("backup"));
    CHECK_FALSE(run_task(fixture.io(), fixture.store().load_stream("s")).has_error());
}

TEST_CASE("a damaged header is found when the store is opened") {
    StoreFixture fixture;
    fixture.open();
    REQUIRE(fixture.commit(page_of("a", 5, 10)).has_value());
    fixture.close();
    overwrite(fixture.path(), 0, "SQLite format 9");
    CHECK(fixture.open_error().code == ErrorCode::store_corrupt);
}

TEST_CASE("a number that another program inserted into the change log fails the commit, not the store") {
    StoreFixture fixture;
    fixture.open();
    REQUIRE(fixture.commit(page_of("a", 1, 10)).has_value());
    fixture.sql(
        "INSERT INTO changes (seq, stream, id, kind, modified, hash, committed_at)"
        " SELECT 3, stream, id, kind, modified, hash, '' FROM changes");
    const auto refused = fixture.commit(page_of("b", 2, 10));
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == ErrorCode::store_failed);
    CHECK(fixture.value("SELECT count(*) FROM records") == "1");
    fixture.sql("DELETE FROM changes WHERE seq = 3");
    CHECK(fixture.commit(page_of("b", 2, 10))->last_seq == 3);
}

TEST_CASE("errors of the disk are distinguished from those of permissions") {
    const auto code = [](int sqlite_code, int system_errno) {
        return to_error(SqlError(sqlite_code, system_errno, "x"), "commit", "/store.db");
    };
    CHECK(code(5, 0).code == ErrorCode::store_busy);          // SQLITE_BUSY
    CHECK(code(517, 0).code == ErrorCode::store_busy);        // SQLITE_BUSY_SNAPSHOT
    CHECK(code(13, 0).code == ErrorCode::store_full);         // SQLITE_FULL
    CHECK(code(4874, ENOSPC).code == ErrorCode::store_full);  // SQLITE_IOERR_SHMSIZE on a full disk
    CHECK(code(1034, EIO).code == ErrorCode::store_failed);   // SQLITE_IOERR_FSYNC
    CHECK_THAT(code(1034, EIO).message(), Contains("Input/output error") && Contains("kernel"));
    CHECK(code(11, 0).code == ErrorCode::store_corrupt);                    // SQLITE_CORRUPT
    CHECK(code(26, 0).code == ErrorCode::store_corrupt);                    // SQLITE_NOTADB
    CHECK_THAT(code(8, 0).message(), Contains("must own"));                 // SQLITE_READONLY
    CHECK_THAT(code(14, EACCES).message(), Contains("Permission denied"));  // SQLITE_CANTOPEN
}

// As a newer version, or an administrator's program, may have written it.
TEST_CASE("a row of passes or first_passes that is unknown here does not delay the others") {
    StoreFixture fixture;
    fixture.open();
    Job known{.kind = JobKind::backfill, .stream = "s", .first_day = "20240101", .last_day = "20240131"};
    REQUIRE(run_task(fixture.io(), fixture.store().save_pass(known)));
    REQUIRE(run_task(fixture.io(), fixture.store().save_pass(known)));
    fixture.sql("UPDATE passes SET kind = 'from_2030' WHERE pass = 1");
    const auto passes = run_task(fixture.io(), fixture.store().passes());
    REQUIRE(passes.has_value());
    REQUIRE(passes->size() == 2);
    CHECK(passes->at(0).status == JobStatus::failed);
    CHECK_THAT(passes->at(0).error, Contains("from_2030"));
    CHECK(passes->at(1).status == JobStatus::waiting);
    fixture.sql("INSERT INTO first_passes (stream, ended_at) VALUES ('s', 'yesterday')");
    const auto first = run_task(fixture.io(), fixture.store().first_passes());
    REQUIRE(first.has_value());
    CHECK(first->at("s") == Timestamp{});
}
