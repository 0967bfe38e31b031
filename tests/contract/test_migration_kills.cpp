// The process is killed at every step of the migrations of an old store: each start continues at the first one that is
// not complete, and nothing is lost. With a million records: CARECLOUD_MIGRATED_RECORDS=1000000.
#include "contract/backend.hpp"
#include "contract/kept_store.hpp"
#include "store/sqlite/open.hpp"
#include "store/sqlite/statement.hpp"
#include "support/pages.hpp"
#include "support/run_task.hpp"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iostream>
#include <map>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

#include <catch2/catch.hpp>
#include <sqlite3.h>

using namespace carecloud;

namespace {

constexpr std::uint64_t kUsualRecords = 200;
// Each of these numbers of instructions counts as a step, so a long statement is also killed while it runs.
constexpr int kInstructionsAtOnce = 20'000'000;

std::uint64_t records() {
    const char* given = std::getenv("CARECLOUD_MIGRATED_RECORDS");
    return given ? std::stoull(given) : kUsualRecords;
}

// Adds records of 900 bytes to those of the kept store; every tenth has an escape that migration 7 examines.
void fill(const std::string& path, std::uint64_t count) {
    Connection db(path, "");
    const std::string number =
        "WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < " +
        std::to_string(count) + ")";
    const std::string id = "printf('f%023d', n)";
    db.execute("BEGIN");
    db.execute(
        "INSERT INTO changes (seq, stream, id, kind, modified, hash, committed_at) " + number +
        " SELECT 1000 + n, 'claim_attendance', " + id +
        ", 'created', '2024-03-14T00:00:00.0000000Z', zeroblob(32), '2024-03-14T00:00:01.000Z' FROM number");
    db.execute("INSERT INTO records (stream, id, modified, hash, seq, body) " + number +
               " SELECT 'claim_attendance', " + id +
               ", '2024-03-14T00:00:00.0000000Z', zeroblob(32), 1000 + n, "
               "'{\"_id\":\"' || " +
               id +
               " || '\",\"startDate\":\"20240301\",\"endDate\":\"20240331\",\"comment\":\"' ||"
               " iif(n % 10 = 0, '\\ud800', 'none') || '\",\"text\":\"' || printf('%.*c', 780, 'x') || '\"}' "
               "FROM number");
    db.execute("COMMIT");
}

// For each table, by the query of its rows: the number of rows and the sum of their hashes.
using TableSums = std::map<std::string, std::pair<std::uint64_t, std::size_t>>;

TableSums sums_of(Connection& db, const std::vector<std::string>& queries) {
    TableSums sums;
    for (const std::string& query : queries) {
        auto& [count, sum] = sums[query];
        Statement statement(db, query);
        while (statement.step()) {
            ++count;
            sum += std::hash<std::string>()(in_new_words(std::string(statement.text(0))));
        }
    }
    return sums;
}

// The number of steps until the child is killed; 0: it is not killed.
std::uint64_t steps_left = 0;

int note_step(void*) {
    if (steps_left > 0 && --steps_left == 0) ::raise(SIGKILL);
    return 0;
}

int note_statement(unsigned, void*, void*, void*) {
    return note_step(nullptr);
}

int watch_steps(sqlite3* db, char**, const sqlite3_api_routines*) {
    sqlite3_progress_handler(db, kInstructionsAtOnce, note_step, nullptr);
    return sqlite3_trace_v2(db, SQLITE_TRACE_STMT, note_statement, nullptr);
}

Result<std::unique_ptr<SqliteStore>> open_store(const std::string& path, HandClock& clock) {
    return SqliteStore::open({.path = path}, clock);
}

// Runs in a child process: opens the store, which migrates it.
[[noreturn]] void migrate_in_child(const std::string& path, std::uint64_t kill_at) {
    steps_left = kill_at;
    sqlite3_auto_extension(reinterpret_cast<void (*)()>(watch_steps));
    boost::asio::io_context io;
    HandClock clock(io.get_executor());
    const bool opened = open_store(path, clock).has_value();
    ::_exit(opened ? 0 : 3);
}

struct Start {
    bool killed = false;
    double peak_mib = 0;
};

// Starts the program and kills it at its n-th step; 0: not at all.
Start start(const std::string& path, std::uint64_t kill_at) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) migrate_in_child(path, kill_at);
    int status = 0;
    rusage usage{};
    REQUIRE(::wait4(child, &status, 0, &usage) == child);
    const bool killed = WIFSIGNALED(status);
    if (!killed) REQUIRE((WIFEXITED(status) && WEXITSTATUS(status) == 0));
    return {killed, static_cast<double>(usage.ru_maxrss) / 1024};
}

int version_of(const std::string& path) {
    Connection db(path, "");
    return static_cast<int>(db.number("PRAGMA user_version"));
}

// Kills one start at its first step, the next one at its second, and so on, starting over with each migration that is
// complete. Returns the number of kills.
std::uint64_t migrate_killed(const std::string& path, int from, const std::function<void()>& check) {
    std::uint64_t kills = 0;
    int version = from;
    for (std::uint64_t step = 1; start(path, step).killed; ++step) {
        ++kills;
        const int found = version_of(path);
        CAPTURE(step, version, found);
        REQUIRE((found == version || found == version + 1));
        const bool advanced = std::exchange(version, found) != found;
        if (advanced || records() <= kUsualRecords) check();
        if (advanced) step = 0;
    }
    return kills;
}

// Migrates in one run without kills.
void report_uninterrupted(const std::string& path, std::uint64_t kills) {
    const auto began = std::chrono::steady_clock::now();
    const Start whole = start(path, 0);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    std::cout << records() << " records migrated in " << took.count() << " s, with " << whole.peak_mib
              << " MiB at most; a copy was killed " << kills << " times" << std::endl;
}

}  // namespace

TEST_CASE("a store that is migrated and killed at every step loses nothing and continues") {
    const int from = GENERATE(9, 1);  // 9: of 0.1.0
    CAPTURE(from);
    TempDir directory;
    const std::string path = directory.file("store.db");
    restore(from, path);
    fill(path, records());
    const std::string copy = directory.file("copy.db");
    if (records() > kUsualRecords) std::filesystem::copy_file(path, copy);
    std::vector<std::string> queries;
    TableSums before;
    {
        Connection db(path, "");
        queries = queries_of_rows(db);
        before = sums_of(db, queries);
    }
    const auto check = [&] {
        Connection db(path, "");
        CHECK((sums_of(db, queries) == before));
    };
    const std::uint64_t kills = migrate_killed(path, from, check);
    CHECK(kills > 20);
    CHECK(version_of(path) == migrations().back().number);
    check();
    CHECK(Connection(path, "").text("PRAGMA integrity_check") == "ok");

    boost::asio::io_context io;
    HandClock clock(io.get_executor(), test_time(0));
    auto store = open_store(path, clock);
    REQUIRE(store.has_value());
    const auto page = make_page({{"new", "2024-06-01T00:00:00Z"}});
    CHECK(run_task(io, (*store)->commit({.stream = "claim_attendance", .page = page}))->created == 1);
    if (std::filesystem::exists(copy)) report_uninterrupted(copy, kills);
}
