// A store with any earlier version of the schema is migrated to the newest one and loses nothing. The earlier versions
// are kept as tests/contract/schemas/NNN.sql.
#include "contract/backend.hpp"
#include "contract/kept_store.hpp"
#include "contract/random_batch.hpp"
#include "contract/read_sqlite.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/open.hpp"
#include "store/sqlite/statement.hpp"
#include "support/fault_disk/fault_disk.hpp"
#include "support/pages.hpp"
#include "support/run_task.hpp"

#include <map>

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

const char* const kSchema = "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name";

const char* const kStates =
    "SELECT state FROM (SELECT state, 0 AS part, pass AS place FROM passes"
    " UNION ALL SELECT state, 1, message_id FROM events) ORDER BY part, place";
const std::vector<std::string> kOldStates{"running", "done", "asking", "open", "settled", "outside"};
const std::vector<std::string> kNewStates{"running", "done",    "awaiting_confirmation",
                                          "open",    "settled", "not_in_stream"};

// The rows of each table, with all columns of its version, by the query that reads them.
using Rows = std::map<std::string, std::vector<std::string>>;

Rows rows_of(Connection& db) {
    Rows rows;
    for (const std::string& query : queries_of_rows(db))
        rows[query] = texts(db, query + " ORDER BY 1");
    return rows;
}

Rows same_rows(Connection& db, const Rows& before) {
    Rows rows;
    for (const auto& [query, unused] : before)
        rows[query] = texts(db, query + " ORDER BY 1");
    return rows;
}

Rows in_new_words(Rows rows) {
    for (auto& [query, texts_of_rows] : rows) {
        for (std::string& row : texts_of_rows)
            row = carecloud::in_new_words(std::move(row));
    }
    return rows;
}

// True: the store was opened, and so migrated, before the machine stopped at this change of the disk. The store then
// has either version, complete, and the next start completes the migration.
bool is_migrated_before(int from, std::uint64_t change, std::uint64_t seed) {
    TempDir directory;
    const std::string path = directory.file("store.db");
    FaultDisk disk(seed);
    restore(from, path, FaultDisk::kName);
    boost::asio::io_context io;
    HandClock clock(io.get_executor(), test_time(0));
    const auto opens = [&] {
        return SqliteStore::open({.path = path, .vfs = FaultDisk::kName}, clock).has_value();
    };
    disk.stop_at(change);
    const bool migrated = opens();
    disk.restart(FaultDisk::After::power_loss);
    {
        Connection db(path, FaultDisk::kName);
        const std::int64_t found = db.number("PRAGMA user_version");
        CHECK_FALSE((found < migrations().back().number && migrated));
        CHECK(texts(db, kStates) == (found == 8 ? kOldStates : kNewStates));
    }
    REQUIRE(opens());
    Connection db(path, FaultDisk::kName);
    CHECK(db.number("PRAGMA user_version") == migrations().back().number);
    CHECK(texts(db, kStates) == kNewStates);
    return migrated;
}

}  // namespace

TEST_CASE(
    "the sample store of each earlier version has the schema of that version, and rows in every table") {
    const auto known = migrations();
    for (const Migration& migration : known.first(known.size() - 1)) {
        CAPTURE(migration.number);
        TempDir directory;
        restore(migration.number, directory.file("kept.db"));
        Connection kept(directory.file("kept.db"), "");
        Connection fresh(directory.file("fresh.db"), "");
        migrate(fresh, known.first(static_cast<std::size_t>(migration.number)));
        CHECK(kept.number("PRAGMA user_version") == migration.number);
        CHECK(texts(kept, kSchema) == texts(fresh, kSchema));
        for (const auto& [query, rows] : rows_of(kept)) {
            CAPTURE(query);
            CHECK_FALSE(rows.empty());
        }
    }
}

TEST_CASE("a store of each earlier version is migrated, loses nothing and continues") {
    const auto known = migrations();
    for (const Migration& migration : known.first(known.size() - 1)) {
        CAPTURE(migration.number);
        TempDir directory;
        const std::string path = directory.file("store.db");
        restore(migration.number, path);
        const Rows before = rows_of(*std::make_unique<Connection>(path, ""));
        boost::asio::io_context io;
        HandClock clock(io.get_executor(), test_time(0));
        auto store = SqliteStore::open({.path = path}, clock);
        REQUIRE(store.has_value());
        Connection db(path, "");
        CHECK(db.number("PRAGMA user_version") == known.back().number);
        CHECK(db.text("PRAGMA integrity_check") == "ok");
        CHECK(same_rows(db, before) == in_new_words(before));

        // Every held version is known, and the log continues where it ended.
        const StoreContent content = read_sqlite(path);
        REQUIRE(check_changes(content).empty());
        std::vector<TestRecord> records;
        for (const auto& [id, held] : content.records) {
            const bool disabled = content.changes.at(held.seq - 1).kind == ChangeKind::disabled;
            if (!held.deleted_at) records.push_back({id.second, held.modified, held.body, disabled});
        }
        records.push_back({"new", "2024-06-01T00:00:00Z"});
        const auto summary =
            run_task(io, (*store)->commit({.stream = "claim_attendance", .page = make_page(records)}));
        REQUIRE(summary.has_value());
        CHECK(summary->unchanged == records.size() - 1);
        CHECK(summary->created == 1);
        CHECK(summary->last_seq == content.changes.back().seq + 1);
        CHECK(run_task(io, (*store)->open_events("claim_attendance", 10))->size() == 1);
        CHECK(check_changes(read_sqlite(path)).empty());
    }
}

TEST_CASE("states with earlier names are migrated to the current ones, and only those are valid") {
    TempDir directory;
    const std::string path = directory.file("store.db");
    restore(8, path);
    CHECK(texts(*std::make_unique<Connection>(path, ""), kStates) == kOldStates);
    boost::asio::io_context io;
    HandClock clock(io.get_executor(), test_time(0));
    auto store = SqliteStore::open({.path = path}, clock);
    REQUIRE(store.has_value());
    Connection db(path, "");
    CHECK(texts(db, kStates) == kNewStates);
    const auto passes = run_task(io, (*store)->passes());
    REQUIRE(passes.has_value());
    REQUIRE(passes->size() == 3);
    CHECK(passes->back().status == JobStatus::awaiting_confirmation);
    CHECK_FALSE(job_status_from("asking"));
    CHECK_FALSE(event_state_from("outside"));
}

TEST_CASE("a power loss at any disk write during a migration leaves the old or the new version complete") {
    const std::uint64_t seed = test_seed();
    for (const int from : {8, 9}) {
        bool migrated = false;
        for (std::uint64_t change = 1; !migrated; ++change) {
            CAPTURE(from, seed, change);
            migrated = is_migrated_before(from, change, seed + change);
            CHECK((!migrated || change > 5));
        }
    }
}

TEST_CASE("a store of 0.1.0 keeps the versions that are replaced from its migration on") {
    TempDir directory;
    const std::string path = directory.file("store.db");
    restore(9, path);
    boost::asio::io_context io;
    HandClock clock(io.get_executor(), test_time(0));
    auto store = SqliteStore::open({.path = path}, clock);
    REQUIRE(store.has_value());
    const StoreContent before = read_sqlite(path);
    CHECK(before.versions.empty());
    CHECK(before.corrections.empty());
    std::vector<TestRecord> records;
    for (const auto& [id, held] : before.records)
        records.push_back({id.second, "2024-06-01T00:00:00Z", R"({"now":"another"})"});
    REQUIRE(run_task(io, (*store)->commit({.stream = "claim_attendance", .page = make_page(records)}))
                .has_value());
    const StoreContent after = read_sqlite(path);
    CHECK(after.versions.size() == before.records.size());
    for (const auto& [seq, version] : after.versions)
        CHECK(version.body == before.records.at({version.stream, version.id}).body);
}

TEST_CASE("texts of an earlier store that programs cannot read are replaced for the views") {
    TempDir directory;
    restore(6, directory.file("store.db"));
    Connection db(directory.file("store.db"), "");
    migrate(db, migrations());
    CHECK(
        texts(db, "SELECT id || readable FROM records WHERE readable IS NOT NULL") ==
        std::vector<std::string>{
            R"(65f35b06e30c8a2e4578d125{"_id":"65f35b06e30c8a2e4578d125","modified":"2024-03-13T19:08:57.5640000Z",)"
            R"("comment":"half \ufffd and nul \ufffd","claimId":"a\\ud800"})"});
    CHECK(texts(db, "SELECT field FROM claim_attendance_malformed WHERE id LIKE '%125'") ==
          std::vector<std::string>{"$.comment"});
}

TEST_CASE("migrated versions get the days and seconds of their records") {
    TempDir directory;
    restore(3, directory.file("store.db"));
    Connection db(directory.file("store.db"), "");
    migrate(db, migrations());
    const std::string days =
        "SELECT seq || ' ' || start_day || ' ' || end_day FROM changes WHERE end_day IS NOT NULL ORDER BY "
        "seq";
    CHECK(texts(db, days) ==
          std::vector<std::string>{"9 20240301 20240331", "10 20240310 20240310", "11 20240430 20240430"});
    for (const std::string& row : texts(db, "SELECT modified_s || ' ' || modified FROM changes")) {
        const std::size_t space = row.find(' ');
        CHECK(row.substr(0, space) == std::to_string(Timestamp::parse(row.substr(space + 1))->seconds()));
    }
}
