// Records whose `modified` or `_id` has another type than the others' (hazard 33) stop nothing: the others are still
// found, and a reconciliation finds these.
#include "bounded_world.hpp"
#include "listing.hpp"
#include "unit/sync/engine_world.hpp"

#include <algorithm>

using namespace carecloud;
using namespace std::chrono_literals;

namespace {

// A record of the other type.
void put_odd(World& world, unsigned n, Timestamp modified, bool of_modified) {
    FieldTypes types = world.model.settings().types();
    bool& type = of_modified ? types.modified_is_date : types.id_is_oid;
    type = !type;
    REQUIRE(world.model.put(kEntity, document(n, modified), std::nullopt, types));
}

Timestamp seconds_after(Timestamp from, unsigned seconds) {
    return {from.ticks + seconds * Timestamp::ticks_per_second};
}

// Loaded from a portal that does not count, and polled every minute.
struct PolledWorld : EngineWorld {
    PolledWorld() {
        model.change_settings({.totals = false});
        poll_every = 1min;
        put_many(100, 30, 6, kOld);
        start();
        clock.run_for(5min);
    }
};

}  // namespace

TEST_CASE(
    "mixed types: a first load finds all records of the dialect's type, and a reconciliation the others") {
    const unsigned bits = GENERATE(range(0U, 32U));
    ModelSettings dialect = dialect_of(bits, 10);
    dialect.totals = true;
    const bool of_modified = GENERATE(false, true);
    CAPTURE(bits, of_modified);
    BoundedWorld world(dialect);
    world.put_many(100, 60, 6, kOld);
    world.good_pass();
    // More of them than fit a page, and later than the others.
    for (unsigned n = 0; n < 12; ++n)
        put_odd(world, n, seconds_after(kOld, 2 + n / 4), of_modified);
    world.settings.spec.fields = {"status"};
    world.good_pass();
    world.settings.spec.fields = {};
    world.good_pass();
    for (unsigned n = 100; n < 160; ++n)
        CHECK(world.tables().records.contains({kEntity, BoundedWorld::id_of(n)}));
    const Job row = world.reconcile(true);
    CHECK(row.status == JobStatus::done);
    CHECK(row.unexplained == 0);
    world.good_pass();
    world.check_same();
    // Polls find new records, whatever types the newest have.
    put_odd(world, 20, world.clock.wall(), of_modified);
    for (int poll = 0; poll < 14; ++poll)
        world.good_pass();
    world.put(500, world.clock.wall());
    world.good_pass();
    CHECK(world.tables().records.contains({kEntity, BoundedWorld::id_of(500)}));
}

TEST_CASE(
    "mixed types: regression: a tie was read again endlessly, since one of its records has another _id") {
    World world({.or_refused = true, .take_cap = 10});
    world.put_many(1, 30, 30, kOld);
    world.good_pass();
    put_odd(world, 50, kOld, false);
    world.settings.spec.fields = {"status"};
    world.memory.keys = PageSize(10);
    CHECK(world.good_pass().requests < 40);
    CHECK(world.tables().records.contains({kEntity, BoundedWorld::id_of(50)}));
}

TEST_CASE("mixed types: it is reported once, and a whole reconciliation becomes due") {
    EngineWorld world;
    world.model.change_settings({.modified_is_date = true});
    world.poll_every = 1h;
    world.put_many(100, 30, 6, kOld);
    put_odd(world, 1, kOld, true);
    world.settings.dialect = Dialect{.modified = ModifiedLiteral::date};
    world.start();
    world.clock.run_for(10min);
    CHECK(world.recorder.failures.size() == 1);
    REQUIRE_FALSE(world.tables().passes.empty());
    CHECK(world.tables().passes.begin()->second.whole);
    CHECK(world.live() == 31);
    world.clock.run_for(3h);
    CHECK(world.recorder.failures.size() == 1);
}

// Too few for the dialect to change, and no total shows that a walk omits something.
TEST_CASE("mixed types: a few newer records of another type are noticed by idle polls") {
    PolledWorld world;
    for (unsigned n = 1; n <= 5; ++n)
        put_odd(world, n, world.clock.wall(), true);
    world.clock.run_for(30min);
    CHECK(world.recorder.failures.size() == 1);
    REQUIRE_FALSE(world.tables().passes.empty());
    CHECK(world.tables().passes.begin()->second.whole);
    CHECK_FALSE(Dialect::from_json(world.tables().streams.at(kEntity).dialect)->modified ==
                ModifiedLiteral::date);
}

TEST_CASE("mixed types: a stream whose passes always bring something has its dialect checked every hour") {
    PolledWorld world;
    put_odd(world, 1, seconds_after(world.clock.wall(), 7'200), true);  // the newest
    for (unsigned n = 0; n < 70; ++n) {
        world.put(200 + n, world.clock.wall());
        world.clock.run_for(1min);
    }
    CHECK(world.recorder.failures.size() == 1);
}

TEST_CASE("a page that is out of order is refused if the portal does not sort at all") {
    World world;
    world.put_many(1, 30, 5, kOld);
    world.good_pass();
    world.settings.spec.fields = {"status"};
    world.put(40, {kOld.ticks - Timestamp::ticks_per_second});
    world.model.change_settings({.ignore_sort = true});
    const PassReport report = world.pass();
    REQUIRE(report.error);
    CHECK(report.error->code == ErrorCode::bad_response);
    CHECK_FALSE(world.memory.mixed);
}

TEST_CASE("a record of another type that is the newest does not change the dialect") {
    const bool date = GENERATE(false, true);
    World world({.modified_is_date = date});
    world.put_many(1, 30, 5, kOld);
    world.good_pass();
    put_odd(world, 90, world.clock.wall(), true);
    for (int poll = 0; poll < 40; ++poll)
        world.good_pass();
    const auto dialect = Dialect::from_json(world.tables().streams.at(kEntity).dialect);
    REQUIRE(dialect);
    CHECK((dialect->modified == ModifiedLiteral::date) == date);
}

// simulate --seed 813450 --hours 0.25
TEST_CASE(
    "mixed types: regression: responses of a lagging replica changed the dialect to that of one record") {
    World world;
    world.put_many(1, 30, 5, kOld);
    world.good_pass();
    const Timestamp now = world.clock.wall();
    put_odd(world, 90, now, true);
    world.memory.missed = Key{BoundedWorld::id_of(90), now.to_string(), now};
    // Whenever the newest of both types are compared, three responses contain none of the texts.
    int empty = 0;
    int lagged = 0;
    world.portal.set_answer_hook([&](const SeenRequest& request, std::string& body) {
        if (!mentions(request, R"("Sort":{"modified":-1)")) return;
        if (mentions(request, "$date")) {
            empty = 0;
            return;
        }
        if (!mentions(request, R"("$gte":"")") || empty++ >= 3) return;
        ++lagged;
        body = R"({"isSuccess":true,"data":[]})";
    });
    world.good_pass();
    CHECK(lagged >= 3);
    const auto dialect = Dialect::from_json(world.tables().streams.at(kEntity).dialect);
    REQUIRE(dialect);
    CHECK(dialect->modified == ModifiedLiteral::string);
}

TEST_CASE("mixed types: regression: with a clock that is behind, none of them was old enough to be counted") {
    const bool of_modified = GENERATE(false, true);
    BoundedWorld world({.totals = true});
    world.put_many(100, 30, 6, kOld);
    world.good_pass();
    put_odd(world, 1, seconds_after(world.clock.wall(), 3 * 3600), of_modified);
    world.reconcile(true);
    CHECK(world.tables().records.contains({kEntity, BoundedWorld::id_of(1)}));
}

TEST_CASE("mixed types: a record that an earlier process stored under another _id is not a hole") {
    BoundedWorld world;
    world.put_many(1, 12, 12, kOld);
    put_odd(world, 50, kOld, false);  // the last of the tie, whatever its type
    world.good_pass();
    REQUIRE(world.held() == 13);
    world.restart();
    world.memory.keys = PageSize(5);  // after the tie's first page, the walk requests only one type
    const Job row = world.reconcile(true);
    CHECK(row.records == 12);
    CHECK(row.gone == 0);
    CHECK(row.holes == 0);
}

TEST_CASE("mixed types: a deep reconciliation compares records that listings omit, too") {
    const bool of_modified = GENERATE(false, true);
    BoundedWorld world({.totals = true});
    world.put_many(100, 30, 6, kOld);
    world.good_pass();
    put_odd(world, 1, kOld, of_modified);
    world.reconcile(true);
    REQUIRE(world.held() == 31);
    FieldTypes types = world.model.settings().types();
    bool& type = of_modified ? types.modified_is_date : types.id_is_oid;
    type = !type;
    REQUIRE(world.model.put(kEntity, document(1, kOld, R"(,"status":"void")"), std::nullopt, types));
    CHECK(world.good({.deep = true, .whole = true}).changed == 1);
}

TEST_CASE("mixed types: regression: the dialect of the first record in order was used, which only few had") {
    const bool of_modified = GENERATE(true, false);
    World world({.id_is_oid = true, .modified_is_date = true});
    world.put_many(100, 30, 6, seconds_after(kOld, 60));
    for (unsigned n = 1; n <= 3; ++n)
        put_odd(world, n, kOld, of_modified);
    world.good_pass();
    CHECK(world.held() >= 30);
    const auto dialect = Dialect::from_json(world.tables().streams.at(kEntity).dialect);
    REQUIRE(dialect);
    CHECK(dialect->modified == ModifiedLiteral::date);
    CHECK(dialect->id == IdLiteral::oid);
}

TEST_CASE(
    "mixed types: regression: under a projection an event of one was settled and its record not stored") {
    EngineWorld world;
    world.settings.spec.fields = {"status"};
    world.put_many(1, 10, 5, kOld);
    Engine& engine = world.start();
    world.clock.run_for(20s);
    put_odd(world, 50, world.clock.wall(), false);
    world.announce(50);
    // No walk returns it.
    world.portal.set_answer_hook([](const SeenRequest& request, std::string& body) {
        if (request.kind == "query" && !mentions(request, "$in")) omit_record(body, BoundedWorld::id_of(50));
    });
    engine.nudge(kEntity);
    world.clock.run_for(30min);
    CHECK(world.events(EventState::settled) == 1);
    CHECK(world.held() == 11);
}

TEST_CASE("a page that is out of order differently each time is requested until two are alike") {
    World world({.modified_is_date = true});
    world.put_many(100, 30, 6, kOld);
    world.good_pass();
    world.settings.spec.fields = {"status"};
    put_odd(world, 2, seconds_after(kOld, 99), true);
    unsigned asked = 0;
    world.portal.set_fault_hook([&](const SeenRequest& request) -> std::optional<Error> {
        // The second response has one more record at its beginning.
        if (request.kind == "query" && ++asked == 2) put_odd(world, 1, seconds_after(kOld, 99), true);
        return std::nullopt;
    });
    CHECK_FALSE(world.pass().error);
}
