// The write-ahead log: how large it grows, how it is moved to the database while the writer continues, and the
// consequences if that fails.
#include "store/sqlite/connection.hpp"
#include "support/fault_disk/fault_disk.hpp"
#include "support/run_task.hpp"
#include "unit/store_sqlite/fixture.hpp"
#include "unit/store_sqlite/slow_disk.hpp"

#include <filesystem>
#include <thread>

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

constexpr std::uint64_t kLogMaxBytes = 1U << 20U;
// The maximum size of one commit of commit_some() in the log.
constexpr std::uint64_t kCommitBytes = 1U << 20U;

// No test waits for its own lock: such a commit would not end.
SqliteSettings small_log(const StoreFixture& fixture) {
    SqliteSettings settings = fixture.settings();
    settings.busy_timeout = std::chrono::hours(1);
    settings.checkpoint_bytes = kLogMaxBytes;
    return settings;
}

std::uint64_t log_bytes(const StoreFixture& fixture) {
    return std::filesystem::file_size(fixture.path() + "-wal");
}

bool has_log(const StoreFixture& fixture) {
    return std::filesystem::exists(fixture.path() + "-wal");
}

// `pages` commits of 0.4 MB each. Returns the greatest size of the log's file.
std::uint64_t commit_some(StoreFixture& fixture, const std::string& prefix, int pages) {
    std::uint64_t most = 0;
    for (int page = 0; page < pages; ++page) {
        const auto summary = fixture.commit(page_of(prefix + std::to_string(page) + "-", 20, 20'000));
        if (!summary) FAIL(summary.error().message());
        CHECK(summary->created == 20);
        most = std::max(most, log_bytes(fixture));
    }
    return most;
}

}  // namespace

TEST_CASE("the log stays limited while much is written, and closing removes it") {
    StoreFixture fixture;
    fixture.open(small_log(fixture));
    CHECK(commit_some(fixture, "a", 60) <= kLogMaxBytes + kCommitBytes);
    CHECK(has_log(fixture));
    fixture.close();
    CHECK_FALSE(has_log(fixture));
    CHECK(fixture.value("SELECT count(*) FROM records") == "1200");
    CHECK(fixture.value("PRAGMA integrity_check") == "ok");
}

TEST_CASE("a long reader makes the log grow and no commit fail; when it ends the log is truncated") {
    StoreFixture fixture;
    fixture.open(small_log(fixture));
    commit_some(fixture, "before", 2);
    Connection reader(fixture.path(), "");
    reader.execute("BEGIN");
    CHECK(reader.number("SELECT count(*) FROM records") == 40);
    commit_some(fixture, "beside", 40);
    CHECK(log_bytes(fixture) > 2 * kLogMaxBytes);
    CHECK(reader.number("SELECT count(*) FROM records") == 40);
    reader.execute("ROLLBACK");
    commit_some(fixture, "after", 20);
    CHECK(log_bytes(fixture) <= kLogMaxBytes + kCommitBytes);
    CHECK(reader.number("SELECT count(*) FROM records") == 1240);
}

TEST_CASE("commits continue during a checkpoint, and closing waits for it") {
    SlowDisk disk;
    StoreFixture fixture;
    SqliteSettings settings = small_log(fixture);
    settings.vfs = SlowDisk::kName;
    settings.checkpoint_bytes = 32 * kCommitBytes;  // so that the writer makes no checkpoint itself
    fixture.open(settings);
    SlowDisk::Held held(disk);
    // One commit that requests a checkpoint, and nothing after it: if the log has more than the checkpoint moves, the
    // checkpoint syncs nothing.
    REQUIRE(fixture.commit(page_of("a-", 80, 60'000)).has_value());
    disk.wait_for_sync();
    commit_some(fixture, "b", 4);
    std::thread later([&held] { held.let_go(); });
    fixture.close();
    later.join();
    CHECK_FALSE(has_log(fixture));
    CHECK(fixture.value("SELECT count(*) FROM records") == "160");
    CHECK(fixture.value("PRAGMA integrity_check") == "ok");
}

TEST_CASE("a failed checkpoint loses nothing: the log stays, and a later one moves it") {
    SlowDisk disk;
    StoreFixture fixture;
    SqliteSettings settings = small_log(fixture);
    settings.vfs = SlowDisk::kName;
    fixture.open(settings);
    disk.fail(true);
    // The writer's own attempts, at the log's maximum size, fail as well.
    commit_some(fixture, "a", 40);
    CHECK(log_bytes(fixture) > 2 * kLogMaxBytes);
    disk.fail(false);
    commit_some(fixture, "b", 20);
    CHECK(log_bytes(fixture) <= kLogMaxBytes + kCommitBytes);
    fixture.close();
    CHECK_FALSE(has_log(fixture));
    CHECK(fixture.value("SELECT count(*) FROM records") == "1200");
    CHECK(fixture.value("PRAGMA integrity_check") == "ok");
}

TEST_CASE("another program's checkpoint and the store's own do not conflict") {
    StoreFixture fixture;
    fixture.open(small_log(fixture));
    commit_some(fixture, "a", 3);
    Connection other(fixture.path(), "");
    other.execute("PRAGMA busy_timeout = 10000");
    for (int round = 0; round < 10; ++round) {
        commit_some(fixture, "b" + std::to_string(round) + "-", 3);
        other.execute("PRAGMA wal_checkpoint(PASSIVE)");
    }
    CHECK(log_bytes(fixture) <= kLogMaxBytes + kCommitBytes);
    CHECK(other.number("SELECT count(*) FROM records") == 660);
}

TEST_CASE("a store may be closed immediately after each commit") {
    StoreFixture fixture;
    SqliteSettings settings = small_log(fixture);
    for (int round = 0; round < 20; ++round) {
        fixture.open(settings);
        commit_some(fixture, "r" + std::to_string(round) + "-", 1);  // requests a checkpoint
        fixture.close();
        CHECK_FALSE(has_log(fixture));
    }
    CHECK(fixture.value("SELECT count(*) FROM records") == "400");
}

// SQLite syncs the database only with the last part of the log. If that sync failed, it moved only that part again and
// restarted the log, so the parts before were lost.
TEST_CASE("pages moved before a failed sync are moved again before the log restarts") {
    FaultDisk disk(1);
    StoreFixture fixture;
    SqliteSettings settings = fixture.settings();
    settings.vfs = FaultDisk::kName;
    settings.checkpoint_bytes = 8U << 20U;
    fixture.open(settings);
    const auto commit = [&](const std::string& prefix, std::size_t size) {
        REQUIRE(fixture.commit(page_of(prefix, 10, size)).has_value());
    };
    constexpr std::size_t large = 900'000;  // after ten of them, the writer moves the log itself
    commit("first", 2'000);
    {
        Connection reader(fixture.path(), FaultDisk::kName);
        reader.execute("BEGIN; SELECT count(*) FROM records");
        commit("up to the reader's", large);
    }
    disk.fail(FaultDisk::Call::sync, 3);  // after the syncs of the commit and of the log
    commit("which fails", large);
    commit("which does not", large);
    commit("the log's beginning", 2'000);
    disk.stop();
    fixture.close();
    disk.restart(FaultDisk::After::bare_power_loss);

    fixture.open(settings);
    Connection db(fixture.path(), FaultDisk::kName);
    CHECK(db.text("PRAGMA integrity_check") == "ok");
    CHECK(db.number("SELECT count(*) FROM records") == 50);
    CHECK(disk.calls(FaultDisk::Call::sync) > 10);
}

TEST_CASE("a log that could not be moved is kept for the next process, which moves all of it") {
    FaultDisk disk(1);
    StoreFixture fixture;
    SqliteSettings settings = fixture.settings();
    settings.vfs = FaultDisk::kName;
    settings.checkpoint_bytes = 8U << 20U;
    fixture.open(settings);
    disk.fail(FaultDisk::Call::sync, 3);
    REQUIRE(fixture.commit(page_of("a", 10, 900'000)).has_value());
    fixture.close();
    CHECK(disk.exists(fixture.path() + "-wal"));
    fixture.open(settings);
    fixture.close();
    CHECK_FALSE(disk.exists(fixture.path() + "-wal"));
    disk.restart(FaultDisk::After::bare_power_loss);
    fixture.open(settings);
    CHECK(Connection(fixture.path(), FaultDisk::kName).number("SELECT count(*) FROM records") == 10);
}
