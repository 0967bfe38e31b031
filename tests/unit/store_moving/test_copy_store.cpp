// A store moves to PostgreSQL and back.
#include "store/moved.hpp"
#include "store/moving/copy_store.hpp"
#include "store/moving/postgres_side.hpp"
#include "store/moving/sqlite_side.hpp"
#include "store/postgres/postgres_leases.hpp"
#include "store/postgres/postgres_store.hpp"
#include "support/postgres_cluster/postgres_cluster.hpp"
#include "support/run_task.hpp"
#include "unit/store_sqlite/fixture.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

const auto quietly = [](const MovingProgress&) {};

// One thousand records of two versions each, one of them deleted, and a row in every other table.
void fill(StoreFixture& fixture) {
    fixture.open();
    for (const std::string version : {"1", "2"}) {
        std::vector<TestRecord> records;
        for (int i = 0; i < 1000; ++i)
            records.push_back({.id = "r" + std::to_string(i),
                               .modified = "2024-01-0" + version + "T00:00:00.1234567Z",
                               .body = R"({"v":)" + version + R"(,"text":"\ud800 ä"})",
                               .days = DaySpan{20240101, 20240131}});
        REQUIRE(fixture.commit(make_page(records, {{.id = "bad", .modified = "?", .body = "{\xff"}}))
                    .has_value());
    }
    const std::string modified = "2024-01-02T00:00:00.1234567Z";
    Batch batch{.stream = "s",
                .state = StreamState{.stream = "s", .entity = "claim_attendance", .fingerprint = "{}"}};
    batch.state->cursor = Cursor{modified, *Timestamp::parse(modified), "r999"};
    batch.gone.push_back({"r7", modified, *Timestamp::parse(modified)});
    REQUIRE(run_task(fixture.io(), fixture.store().commit(std::move(batch)))->deleted == 1);
    REQUIRE(run_task(fixture.io(), fixture.store().note_first_pass("s")).has_value());
    for (const std::string id : {"m1", "m2"})
        REQUIRE(run_task(fixture.io(), fixture.store().receive({.message_id = id,
                                                                .topic_arn = "topic",
                                                                .event_type = "attendance",
                                                                .stream = "s",
                                                                .record_id = "r1",
                                                                .body = "{}"}))
                    .has_value());
    REQUIRE(run_task(fixture.io(), fixture.store().settle({{"m1", EventState::settled}})).has_value());
    REQUIRE(run_task(fixture.io(), fixture.store().save_requests("2024-01", {.sent = 7, .reserved = 2}))
                .has_value());
    REQUIRE(run_task(fixture.io(), fixture.store().save_pass({.stream = "s", .first_day = "20240101"}))
                .has_value());
    REQUIRE(run_task(fixture.io(), fixture.store().note_first_pass("s")).has_value());
    fixture.close();
    fixture.sql(
        "INSERT INTO doubted VALUES ('s', 'r1', 'x', x'00ff', 'y', 'z', 3);"
        "INSERT INTO omitted VALUES ('s', 'r2', 'x', 1);"
        "INSERT INTO erasures VALUES ('s', 'r3', '2024-01-01T00:00:00.000Z', 'me');"
        "INSERT INTO subscriptions VALUES ('topic', 'confirmed', NULL, '2024-01-01T00:00:00.000Z');"
        "INSERT INTO signing_certificates VALUES ('url', 'pem', '2024-01-01T00:00:00.000Z')");
}

class Mover {
  public:
    Mover() {
        fill(source_);
        settings_ = PostgresCluster::shared().fresh_database();
    }

    std::unique_ptr<SqliteSide> sqlite() {
        return opened(SqliteSide::open(source_.settings(), source_.clock()));
    }
    // A file beside the source.
    std::unique_ptr<SqliteSide> sqlite_copy() {
        return opened(SqliteSide::open({.path = source_.directory().file("copy.db")}, source_.clock()));
    }
    std::unique_ptr<PostgresSide> postgres() { return opened(PostgresSide::open(settings_)); }

    Result<MovingReport> to_postgres(const std::function<void(const MovingProgress&)>& progress = quietly) {
        const auto from = sqlite();
        const auto to = postgres();
        return copy_store(*from, *to, progress);
    }

    StoreFixture& source() { return source_; }
    const PostgresSettings& settings() const { return settings_; }

  private:
    template <class Side>
    static std::unique_ptr<Side> opened(Result<std::unique_ptr<Side>> side) {
        if (!side) FAIL(side.error().message());
        return std::move(*side);
    }

    StoreFixture source_;
    PostgresSettings settings_;
};

std::string content(MovingSide& side) {
    std::string text;
    for (const MovedTable& table : moved_tables()) {
        text += table.name + std::string("\n");
        for (const MovedRow& row : side.read(table, {}, 10'000)) {
            for (const auto& cell : row)
                text += cell ? "'" + *cell + "' " : "NULL ";
            text += '\n';
        }
    }
    const MovedHeads heads = side.heads();
    return text + std::to_string(heads.seq) + ' ' + std::to_string(heads.event) + ' ' +
           std::to_string(heads.pass);
}

// Stops the copy at the first progress for which `when` is true.
std::function<void(const MovingProgress&)> stop_at(std::function<bool(const MovingProgress&)> when) {
    return [when = std::move(when)](const MovingProgress& now) {
        if (when(now))
            throw MovingError(
                {.code = ErrorCode::canceled, .operation = "copy", .subject = "stopped", .hint = ""});
    };
}

}  // namespace

TEST_CASE("a store moves to PostgreSQL and back without any difference") {
    Mover mover;
    const auto from = mover.sqlite();
    const auto to = mover.postgres();
    const std::string before = content(*from);
    const auto generation = from->note("generation");
    const auto report = copy_store(*from, *to, quietly);
    if (!report) FAIL(report.error().message());
    CHECK(report->rows > 4000);
    CHECK_FALSE(report->continued);
    CHECK((content(*to) == before));
    CHECK(to->note("generation") == generation);
    CHECK(from->note(kMovedTo) == to->description());
    CHECK_FALSE(to->note(kCopying));
    const auto back = mover.sqlite_copy();
    REQUIRE(copy_store(*to, *back, quietly).has_value());
    CHECK((content(*back) == before));
    CHECK(back->note("generation") == generation);
    for (const MovedTable& table : moved_tables()) {
        CAPTURE(table.name);
        CHECK_FALSE(back->read(table, {}, 1).empty());
    }
}

TEST_CASE("the daemon continues in the new place, with the next numbers") {
    Mover mover;
    REQUIRE(mover.to_postgres().has_value());
    auto store = PostgresStore::open(mover.settings(), mover.source().clock());
    REQUIRE(store.has_value());
    auto& io = mover.source().io();
    const auto state = run_task(io, (*store)->load_stream("s"));
    CHECK((*state)->cursor->id == "r999");
    // Held already: nothing is fetched or written again.
    const PagePtr held = make_page({{.id = "r1",
                                     .modified = "2024-01-02T00:00:00.1234567Z",
                                     .body = R"({"v":2,"text":"\ud800 ä"})",
                                     .days = DaySpan{20240101, 20240131}}});
    CHECK(run_task(io, (*store)->commit({.stream = "s", .page = held}))->changes() == 0);
    const PagePtr next = make_page({{.id = "new", .modified = "2024-01-03T00:00:00Z"}});
    const auto done = run_task(io, (*store)->commit({.stream = "s", .page = next}));
    CHECK(done->changes() == 1);
    (*store)->close();
    CHECK(mover.postgres()->heads().seq == 2002);
    CHECK(run_task(io, (*store)->requests("2024-01")).has_error());
}

TEST_CASE("an interrupted copy continues, unless the source has changed since") {
    const bool changed = GENERATE(false, true);
    const std::string table = GENERATE("records", "versions", "events");
    const bool comparing = GENERATE(false, true);
    CAPTURE(changed, table, comparing);
    Mover mover;
    std::size_t chunks = 0;
    const auto stopped = mover.to_postgres(stop_at([&](const MovingProgress& now) {
        return now.table == table && now.comparing == comparing && (++chunks == 2 || table == "events");
    }));
    REQUIRE(stopped.has_error());
    CHECK(stopped.error().code == ErrorCode::canceled);
    CHECK_FALSE(mover.sqlite()->note(kMovedTo));
    CHECK(mover.postgres()->note(kCopying));
    if (changed) {
        mover.source().open();
        REQUIRE(
            mover.source().commit(make_page({{.id = "r0", .modified = "2024-01-09T00:00:00Z"}})).has_value());
        mover.source().close();
    }
    const auto report = mover.to_postgres();
    if (!report) FAIL(report.error().message());
    CHECK(report->continued == !changed);
    CHECK((content(*mover.sqlite()) == content(*mover.postgres())));
}

TEST_CASE("a copy that differs is found, and the source stays usable") {
    Mover mover;
    bool spoiled = false;
    const auto report = mover.to_postgres([&](const MovingProgress& now) {
        if (!now.comparing || spoiled) return;
        spoiled = true;
        PostgresCluster::shared().script("UPDATE carecloud.events SET record_id = 'r2' WHERE n = 2",
                                         mover.settings().database);
    });
    REQUIRE(report.has_error());
    CHECK(report.error().code == ErrorCode::store_corrupt);
    CHECK_FALSE(mover.sqlite()->note(kMovedTo));
}

TEST_CASE("an empty source is refused") {
    Mover mover;
    const auto from = mover.sqlite_copy();
    const auto to = mover.postgres();
    const auto refused = copy_store(*from, *to, quietly);
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == ErrorCode::invalid_argument);
    CHECK_FALSE(to->note(kCopying));
}

TEST_CASE("only an empty target is copied to, and a moved store not again, unless its move is undone") {
    Mover mover;
    REQUIRE(mover.to_postgres().has_value());
    const auto again = mover.to_postgres();
    REQUIRE(again.has_error());
    const auto from = mover.sqlite();
    const auto to = mover.postgres();
    const auto generation = from->note("generation");
    CHECK(refuse_moved(from->description(), from->note(kMovedTo), from->note(kCopying)));
    CHECK_FALSE(refuse_moved(to->description(), to->note(kMovedTo), to->note(kCopying)));
    REQUIRE(undo_move(*from, "another").has_value());
    CHECK(from->note("generation") == "another");
    CHECK(undo_move(*from, "another").has_error());
    const auto refused = copy_store(*from, *to, quietly);
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == ErrorCode::invalid_argument);
    CHECK(to->note("generation") == generation);
}

TEST_CASE("content that was erased or pruned since an interruption is not copied") {
    const int removal = GENERATE(0, 1, 2);
    CAPTURE(removal);
    Mover mover;
    REQUIRE(mover.to_postgres(stop_at([](const MovingProgress& now) { return now.table == "events"; }))
                .has_error());
    StoreFixture& source = mover.source();
    source.open();
    const auto later = Timestamp::parse("2999-01-01T00:00:00Z");
    if (removal == 0) CHECK(run_task(source.io(), source.store().erase({"s", "r1", "me"}))->known);
    if (removal == 1) CHECK(run_task(source.io(), source.store().prune({.versions = later}))->versions > 0);
    if (removal == 2) CHECK(run_task(source.io(), source.store().prune({.deleted = later}))->bodies == 1);
    source.close();
    const auto report = mover.to_postgres();
    if (!report) FAIL(report.error().message());
    CHECK_FALSE(report->continued);
    CHECK((content(*mover.sqlite()) == content(*mover.postgres())));
}

TEST_CASE("a PostgreSQL store on which a daemon runs, even a standby, is neither copied nor copied to") {
    Mover mover;
    const auto set_seen = [&](const std::string& time) {
        mover.postgres();  // creates the schema
        PostgresCluster::shared().script(
            "DELETE FROM carecloud.daemons;"
            " INSERT INTO carecloud.daemons (id, host, pid, version, role, since, seen_at)"
            " VALUES ('d', 'h', 1, '1', 'standby', now(), " +
                time + ")",
            mover.settings().database);
    };
    const std::string running = "now() + interval '1 minute'";  // also if this test is slow
    set_seen(running);
    const auto refused = mover.to_postgres();
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == ErrorCode::store_owned);
    CHECK_FALSE(mover.postgres()->note(kCopying));
    set_seen("now() - interval '11 seconds'");
    REQUIRE(mover.to_postgres().has_value());
    set_seen(running);
    const auto from = mover.postgres();
    const auto back = mover.sqlite_copy();
    const auto refused_back = copy_store(*from, *back, quietly);
    REQUIRE(refused_back.has_error());
    CHECK(refused_back.error().code == ErrorCode::store_owned);
}

TEST_CASE("a daemon that was paused during a move neither writes to the moved store nor leads on it") {
    Mover mover;
    REQUIRE(mover.to_postgres().has_value());
    auto& io = mover.source().io();
    const auto store = PostgresStore::open(mover.settings(), mover.source().clock()).value();
    PostgresLeases leases(mover.settings(), mover.source().clock());
    const auto lease = run_task(io, leases.take(std::string(kEngineLease), "a")).value();
    REQUIRE(lease);
    store->set_fence(lease->fence);
    PostgresCluster::shared().script(
        "UPDATE carecloud.lease_expiry SET expires_at = now() - interval '1 minute'",
        mover.settings().database);
    const auto moved = copy_store(*mover.postgres(), *mover.sqlite_copy(), quietly);
    if (!moved) FAIL(moved.error().message());
    const auto written = run_task(io, store->save_requests("2024-01", {.sent = 9}));
    REQUIRE(written.has_error());
    CHECK(written.error().code == ErrorCode::store_lost);
    const auto taken = run_task(io, leases.take(std::string(kEngineLease), "a"));
    REQUIRE(taken.has_error());
    CHECK(taken.error().code == ErrorCode::config_invalid);
}

TEST_CASE("the stores of two schemas of one database have different names") {
    Mover mover;
    REQUIRE(mover.to_postgres().has_value());
    PostgresSettings other = mover.settings();
    other.schema = "agency2";
    const auto from = mover.postgres();
    const auto to = PostgresSide::open(other).value();
    REQUIRE(copy_store(*from, *to, quietly).has_value());
    CHECK(from->note(kMovedTo) == to->description());
    CHECK(from->description() != to->description());
}
