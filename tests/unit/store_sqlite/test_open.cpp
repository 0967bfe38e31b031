// Problems with the path, each with a clear message.
#include "store/sqlite/connection.hpp"
#include "support/fault_disk/fault_disk.hpp"
#include "unit/store_sqlite/fixture.hpp"
#include "unit/store_sqlite/unprivileged.hpp"

#include <filesystem>
#include <fstream>
#include <sys/stat.h>

#include <catch2/catch.hpp>

using namespace carecloud;
namespace fs = std::filesystem;
using Catch::Contains;

namespace {

// In a child without privileges, which cannot use the fixture's own directory.
std::string open_as_unprivileged(const std::string& path) {
    return as_unprivileged([path] {
        boost::asio::io_context io;
        HandClock clock(io.get_executor());
        const auto opened = SqliteStore::open({.path = path}, clock);
        return opened ? std::string("it opened") : opened.error().message();
    });
}

}  // namespace

TEST_CASE("a new store is created private, with the settings that its rate depends on") {
    StoreFixture fixture;
    fixture.open();
    CHECK(fixture.value("PRAGMA page_size") == "16384");
    CHECK(fixture.value("PRAGMA journal_mode") == "wal");
    CHECK((fs::status(fixture.path()).permissions() & fs::perms::others_all) == fs::perms::none);
    CHECK(fixture.store().generation().size() == 32);
    CHECK(fixture.value("SELECT value FROM meta WHERE name = 'generation'") == fixture.store().generation());
}

TEST_CASE("a store keeps its generation across restarts, and no two stores share one") {
    StoreFixture fixture;
    StoreFixture other;
    fixture.open();
    other.open();
    const std::string generation = fixture.store().generation();
    fixture.open();
    CHECK(fixture.store().generation() == generation);
    CHECK(other.store().generation() != generation);
}

TEST_CASE("an empty file is a new store") {
    StoreFixture fixture;
    std::ofstream(fixture.path()).close();
    fixture.open();
    CHECK(fixture.commit(page_of("a", 1, 10)).has_value());
}

TEST_CASE("a directory instead of the file is named as such") {
    StoreFixture fixture;
    fs::create_directory(fixture.path());
    const Error error = fixture.open_error();
    CHECK(error.code == ErrorCode::store_failed);
    CHECK_THAT(error.message(), Contains(fixture.path() + " is a directory") && Contains("store.db"));
}

TEST_CASE("another kind of file is refused") {
    StoreFixture fixture;
    REQUIRE(::mkfifo(fixture.path().c_str(), 0600) == 0);
    CHECK_THAT(fixture.open_error().message(), Contains("is not a regular file"));
}

TEST_CASE("a missing directory is not created, and the remedy is reported") {
    StoreFixture fixture;
    const std::string missing = fixture.directory().file("no/such");
    const Error error = fixture.open_error({.path = missing + "/store.db"});
    CHECK(error.code == ErrorCode::store_failed);
    CHECK_THAT(error.message(),
               Contains(missing + " does not exist") && Contains("mkdir") && Contains("StateDirectory"));
    CHECK_FALSE(fs::exists(missing));
}

TEST_CASE("a file instead of the directory is named") {
    StoreFixture fixture;
    std::ofstream(fixture.directory().file("plain")).close();
    const Error error = fixture.open_error({.path = fixture.directory().file("plain") + "/store.db"});
    CHECK_THAT(error.message(), Contains("is not a directory"));
}

TEST_CASE("a read-only file and a read-only directory are distinguished, each with its remedy") {
    StoreFixture fixture;
    fixture.open();
    fixture.close();
    const fs::path directory = fixture.directory().path();
    fs::permissions(directory, fs::perms::all);

    fs::permissions(fixture.path(), fs::perms(0444));
    CHECK_THAT(open_as_unprivileged(fixture.path()),
               Contains(fixture.path() + " is read-only") && Contains("store_failed") && Contains("chmod"));

    fs::permissions(fixture.path(), fs::perms(0000));
    CHECK_THAT(open_as_unprivileged(fixture.path()),
               Contains(fixture.path()) && Contains("must own the file"));

    fs::permissions(directory, fs::perms(0555));
    const std::string unwritable = open_as_unprivileged((directory / "new.db").string());
    CHECK_THAT(unwritable,
               Contains("new.db: Permission denied") && Contains("write access to the directory"));

    // The file is writable, but SQLite cannot create its log beside it.
    fs::permissions(fixture.path(), fs::perms(0666));
    fs::remove(fixture.path() + "-wal");
    fs::remove(fixture.path() + "-shm");
    CHECK_THAT(open_as_unprivileged(fixture.path()), Contains("store_failed") && Contains("directory"));
    fs::permissions(directory, fs::perms::all);
}

TEST_CASE("a file that is not a database is reported as damaged and not changed") {
    StoreFixture fixture;
    std::ofstream(fixture.path()) << std::string(4096, 'x');
    const Error error = fixture.open_error();
    CHECK(error.code == ErrorCode::store_corrupt);
    CHECK_THAT(error.message(), Contains(fixture.path()) && Contains("backup"));
    CHECK(fs::file_size(fixture.path()) == 4096);
}

// The pragma returns "wal" before that is written: such a store continued without a log, and a power loss took commits
// back.
TEST_CASE("a store does not open without its log if a sync failed when the log was started") {
    FaultDisk disk(1);
    StoreFixture fixture;
    SqliteSettings settings = fixture.settings();
    settings.vfs = FaultDisk::kName;
    for (std::uint64_t sync = 1; sync <= 6; ++sync) {
        CAPTURE(sync);
        settings.path = fixture.directory().file("store" + std::to_string(sync) + ".db");
        disk.fail(FaultDisk::Call::sync, sync);
        CHECK(fixture.open_error(settings).code == ErrorCode::store_failed);
        fixture.open(settings);
        CHECK(Connection(settings.path, FaultDisk::kName).text("PRAGMA journal_mode") == "wal");
        fixture.close();
    }
}

TEST_CASE("an unknown VFS is refused with the name of the file") {
    StoreFixture fixture;
    SqliteSettings settings = fixture.settings();
    settings.vfs = "no-such-vfs";
    CHECK_THAT(fixture.open_error(settings).message(), Contains(fixture.path()) && Contains("no such vfs"));
}
