// One daemon per store (hazard 13).
#include "store/sqlite/connection.hpp"
#include "store/sqlite/ownership.hpp"
#include "support/run_task.hpp"
#include "unit/store_sqlite/fixture.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stop_token>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <catch2/catch.hpp>

using namespace carecloud;
using Catch::Contains;
namespace fs = std::filesystem;

namespace {

// As `cp backup store.db`: the inode stays.
void copy_over(const std::string& backup, const std::string& path) {
    fs::copy_file(backup, path, fs::copy_options::overwrite_existing);
}

void make_old(const std::string& path) {
    fs::last_write_time(path, fs::file_time_type::clock::now() - std::chrono::hours(1));
}

std::string content_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("the second daemon reports which process holds the store") {
    StoreFixture fixture;
    fixture.open();
    const Error error = fixture.open_error();
    CHECK(error.code == ErrorCode::store_owned);
    CHECK_THAT(error.message(),
               Contains("process " + std::to_string(::getpid())) && Contains(fixture.path()));
    // Its attempt did not harm the first.
    CHECK(fixture.commit(page_of("a", 3, 10)).has_value());
}

TEST_CASE("closing releases the store, and so does the death of the process") {
    StoreFixture fixture;
    fixture.open();
    fixture.store().close();
    Result<Ownership> next = Ownership::take(fixture.path());
    REQUIRE(next.has_value());

    const std::string path = fixture.directory().file("other.db");
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        const Result<Ownership> held = Ownership::take(path);
        ::_exit(held ? 0 : 1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    CHECK(Ownership::take(path).has_value());
}

TEST_CASE("a store is the same by any path, and a hard link to it is refused") {
    StoreFixture fixture;
    fixture.open();
    fs::create_symlink(fixture.path(), fixture.directory().file("by-link.db"));
    const Error error = fixture.open_error({.path = fixture.directory().file("by-link.db")});
    CHECK(error.code == ErrorCode::store_owned);
    CHECK_THAT(error.message(), Contains("process " + std::to_string(::getpid())));

    fixture.close();
    const std::string second = fixture.directory().file("second.db");
    fs::create_hard_link(fixture.path(), second);
    for (const std::string& path : {fixture.path(), second}) {
        const Error linked = fixture.open_error({.path = path});
        CHECK(linked.code == ErrorCode::store_failed);
        CHECK_THAT(linked.message(), Contains(path + " has 2 hard links") && Contains("find -samefile"));
    }
    fs::remove(second);
    fixture.open();
}

TEST_CASE("a store whose file is removed or replaced reports it before anything counts as written") {
    StoreFixture fixture;
    fixture.open();
    REQUIRE(fixture.commit(page_of("a", 3, 10)).has_value());
    CHECK(run_task(fixture.io(), fixture.store().check_owned()).has_value());
    std::string why = "removed";
    SECTION("removed") {
        fs::remove(fixture.path());
    }
    SECTION("replaced") {
        std::ofstream(fixture.directory().file("other")) << "another file";
        fs::rename(fixture.directory().file("other"), fixture.path());
    }
    SECTION("moved away and back, as another file") {
        fs::rename(fixture.path(), fixture.directory().file("away"));
        fs::copy_file(fixture.directory().file("away"), fixture.path());
    }
    SECTION("overwritten by a shorter one, and thus the same file") {
        fs::resize_file(fixture.path(), 0);
        why = "store.db was overwritten or truncated";
    }
    SECTION("its log removed") {
        fs::remove(fixture.path() + "-wal");
        why = "store.db-wal was removed";
    }
    const auto looked = run_task(fixture.io(), fixture.store().check_owned());
    REQUIRE(looked.has_error());
    CHECK(looked.error().code == ErrorCode::store_failed);
    CHECK_THAT(looked.error().message(), Contains(why) && Contains("restore a backup"));
    const auto commit = fixture.commit(page_of("b", 3, 10));
    REQUIRE(commit.has_error());
    CHECK(commit.error().code == ErrorCode::store_failed);
    const auto received =
        run_task(fixture.io(),
                 fixture.store().receive({.message_id = "m", .topic_arn = "t", .event_type = "attendance"}));
    CHECK(received.has_error());
}

TEST_CASE("a store that lost its file does not touch the log of the file that replaced it") {
    StoreFixture fixture;
    fixture.open();
    REQUIRE(fixture.commit(page_of("a", 3, 10)).has_value());
    for (const char* ending : {"", "-wal", "-shm"})
        fs::remove(fixture.path() + ending);
    std::ofstream(fixture.path()) << "a backup";
    std::ofstream(fixture.path() + "-wal") << "and its log";
    CHECK(fixture.commit(page_of("b", 3, 10)).has_error());
    fixture.close();
    CHECK(fs::file_size(fixture.path()) == 8);
    CHECK(fs::file_size(fixture.path() + "-wal") == 11);
}

TEST_CASE("a replaced store does not get the log of the previous file; one that has its own log does") {
    StoreFixture fixture;
    SqliteSettings settings = fixture.settings();
    settings.marker = fixture.directory().file("known.store.db");
    fixture.open(settings);
    REQUIRE(fixture.commit(page_of("a", 3, 10)).has_value());
    fixture.close();
    const std::string backup = fixture.directory().file("backup.db");
    fs::copy_file(fixture.path(), backup);
    fixture.open(settings);
    REQUIRE(fixture.commit(page_of("b", 3, 10)).has_value());
    // As after a kill: with its log.
    const std::string copy = fixture.directory().file("copy.db");
    const std::string log = fixture.path() + "-wal";
    fs::copy_file(fixture.path(), copy);
    fs::copy_file(log, copy + "-wal");
    const std::string kept = fixture.directory().file("kept.db-wal");
    fs::create_hard_link(log, kept);
    const std::string aside = log + ".of-replaced-store";
    SECTION("a backup is moved over it") {
        fs::rename(backup, fixture.path());
        CHECK(fixture.commit(page_of("c", 3, 10)).has_error());
        fixture.close();
        REQUIRE(fs::exists(log));
        fixture.open(settings);
        CHECK(fixture.value("SELECT count(*) FROM records") == "3");
        CHECK(fixture.value("PRAGMA integrity_check") == "ok");
        CHECK(fs::equivalent(aside, kept));
    }
    SECTION("a backup is copied to its path, and may get the inode of the previous file") {
        fixture.close();
        fs::remove(fixture.path());
        fs::remove(log);
        fs::create_hard_link(kept, log);
        fs::copy_file(backup, fixture.path());
        fixture.open(settings);
        CHECK(fixture.value("SELECT count(*) FROM records") == "3");
        CHECK(fs::equivalent(aside, kept));
    }
    SECTION("the store is restored with its log") {
        fixture.close();
        fs::rename(copy, fixture.path());
        fs::rename(copy + "-wal", log);
        fixture.open(settings);
        CHECK(fixture.value("SELECT count(*) FROM records") == "6");
        CHECK_FALSE(fs::exists(aside));
    }
    fixture.close();
}

TEST_CASE(
    "a backup copied over the open store is noticed, nothing is written into it, and the next start uses "
    "it") {
    StoreFixture fixture;
    SqliteSettings settings = fixture.settings();
    settings.marker = fixture.directory().file("known.store.db");
    const std::string backup = fixture.directory().file("backup.db");
    fixture.open(settings);
    REQUIRE(fixture.commit(page_of("a", 3, 10)).has_value());
    fixture.close();
    fs::copy_file(fixture.path(), backup);
    fixture.open(settings);
    REQUIRE(fixture.commit(page_of("b", 3, 10)).has_value());
    fixture.close();
    REQUIRE(fs::file_size(fixture.path()) == fs::file_size(backup));
    make_old(fixture.path());
    fixture.open(settings);
    REQUIRE(fixture.commit(page_of("c", 3, 10)).has_value());
    bool noticed_at_close = false;
    SECTION("same length") {}
    SECTION("longer") {
        fs::resize_file(backup, fs::file_size(backup) + 16384);
    }
    SECTION("just before it is closed") {
        noticed_at_close = true;
    }
    copy_over(backup, fixture.path());
    if (!noticed_at_close) {
        const auto checked = run_task(fixture.io(), fixture.store().check_owned());
        REQUIRE(checked.has_error());
        CHECK_THAT(checked.error().message(), Contains("store.db was overwritten or truncated"));
        CHECK(fixture.commit(page_of("d", 3, 10)).has_error());
    }
    fixture.close();
    CHECK(content_of(fixture.path()) == content_of(backup));
    fixture.open(settings);
    CHECK(fixture.value("SELECT count(*) FROM records") == "3");
    CHECK(fixture.value("PRAGMA integrity_check") == "ok");
    CHECK(fs::exists(fixture.path() + "-wal.of-replaced-store"));
}

TEST_CASE("operations that keep the store's content are not an overwrite, and hide none") {
    StoreFixture fixture;
    SqliteSettings settings = fixture.settings();
    settings.checkpoint_bytes = 1U << 20U;
    fixture.open(settings);
    REQUIRE(fixture.commit(page_of("a", 3, 10)).has_value());
    Connection other(fixture.path(), "");
    // Until no checkpoint of the store is in progress or due: otherwise a concurrent write of the test would be lost in
    // it, or destroy it.
    const auto finish_checkpoints = [&other] {
        while (other.number("PRAGMA wal_checkpoint(TRUNCATE)") != 0) {
        }
    };
    finish_checkpoints();
    SECTION("a touched file") {
        make_old(fixture.path());
    }
    SECTION("the same bytes again") {
        overwrite(fixture.path(), 0, content_of(fixture.path()));
    }
    SECTION("another program's checkpoint") {
        REQUIRE(fixture.commit(page_of("b", 3, 10)).has_value());
        other.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    }
    SECTION("another program's VACUUM, which makes the file shorter") {
        REQUIRE(fixture.commit(page_of("b", 100, 20'000)).has_value());
        other.execute("DELETE FROM records WHERE id LIKE 'b%'; VACUUM");
        finish_checkpoints();
    }
    SECTION("its own checkpoints") {
        for (const char* const prefix : {"b", "c", "d", "e"})
            REQUIRE(fixture.commit(page_of(prefix, 40, 20'000)).has_value());
        finish_checkpoints();
    }
    CHECK(run_task(fixture.io(), fixture.store().check_owned()).has_value());
    REQUIRE(fixture.commit(page_of("z", 3, 10)).has_value());
    CHECK(fixture.value("PRAGMA integrity_check") == "ok");
    make_old(fixture.path());
    CHECK(run_task(fixture.io(), fixture.store().check_owned()).has_value());
    overwrite(fixture.path(), 100, std::string(16384, 'x'));
    CHECK(run_task(fixture.io(), fixture.store().check_owned()).has_error());
}

TEST_CASE("another program's checkpoints at any time are not an overwrite") {
    StoreFixture fixture;
    SqliteSettings settings = fixture.settings();
    settings.checkpoint_bytes = 1U << 20U;
    fixture.open(settings);
    REQUIRE(fixture.commit(page_of("a", 10, 20'000)).has_value());
    std::jthread other([path = fixture.path()](const std::stop_token& stop) {
        Connection db(path, "");
        while (!stop.stop_requested()) {
            static_cast<void>(db.number("PRAGMA wal_checkpoint(PASSIVE)"));
            static_cast<void>(db.number("PRAGMA wal_checkpoint(TRUNCATE)"));
        }
    });
    for (int i = 0; i < 20; ++i) {
        REQUIRE(fixture.commit(page_of("b" + std::to_string(i), 10, 20'000)).has_value());
        REQUIRE(run_task(fixture.io(), fixture.store().check_owned()).has_value());
    }
}

TEST_CASE("an empty store is created once, and not again without permission if it is missing") {
    StoreFixture fixture;
    SqliteSettings settings = fixture.settings();
    settings.marker = fixture.directory().file("known.store.db");
    fixture.open(settings);
    fixture.close();
    CHECK(fs::exists(settings.marker));
    fixture.open(settings);
    fixture.close();
    SECTION("missing") {
        fs::remove(fixture.path());
    }
    SECTION("empty") {
        fs::resize_file(fixture.path(), 0);
    }
    const Error error = fixture.open_error(settings);
    CHECK(error.code == ErrorCode::store_corrupt);
    CHECK_THAT(error.message(), Contains(fixture.path()) && Contains(settings.marker) &&
                                    Contains("--new-store") && Contains("restore a backup"));
    SqliteSettings elsewhere = settings;
    elsewhere.path = fixture.directory().file("another.db");
    fixture.open(elsewhere);  // a separate store, to which the marker refers from now on
    fixture.close();
    fs::remove(settings.marker);
    fixture.open(settings);
}

TEST_CASE("other programs read while the daemon holds the store") {
    StoreFixture fixture;
    fixture.open();
    REQUIRE(fixture.commit(page_of("a", 3, 10)).has_value());
    CHECK(fixture.value("SELECT count(*) FROM records") == "3");
    REQUIRE(fixture.commit(page_of("b", 3, 10)).has_value());
    CHECK(fixture.value("SELECT count(*) FROM records") == "6");
}
