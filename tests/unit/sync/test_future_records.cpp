// Many records dated in the future are not returned with every poll, but they are stored (row 16).
#include "bounded_world.hpp"
#include "world.hpp"

using namespace carecloud;
using namespace std::chrono_literals;

namespace {

std::size_t bytes_of_records(const World& world) {
    std::size_t records = 0;
    for (const SeenRequest& request : world.portal.requests())
        records += request.records;
    return records;
}

}  // namespace

TEST_CASE("row 16: 3,000 records dated years ahead are walked only by keys, and only once per overlap") {
    World world;
    world.put_many(1, 50, 5, kOld);
    world.put_many(1'000, 3'000, 10, at("2027-01-01T00:00:00Z"));
    world.good_pass();
    world.check_same();
    world.clock.run_for(1min);
    for (int poll = 0; poll < 3; ++poll) {
        CHECK(world.good_pass().requests == 1);
        CHECK(bytes_of_records(world) == 0);
        CHECK(mentions(world.portal.requests().at(0), "$lte"));
    }
    world.clock.run_for(10min);
    const PassReport wide = world.good_pass();
    CHECK(wide.requests <= 5);
    CHECK(wide.summary.changes() == 0);
    for (const SeenRequest& request : world.portal.requests())
        CHECK(mentions(request, R"("Fields":["_id","modified"])"));
    world.clock.run_for(1min);
    CHECK(world.good_pass().requests == 1);
    CHECK(bytes_of_records(world) == 0);
}

TEST_CASE(
    "row 16: a stream of nothing but records dated years ahead keeps its dialect, and its polls are small") {
    BoundedWorld world({.modified_is_date = GENERATE(false, true)});
    world.put_many(1'000, 300, 10, at("2027-01-01T00:00:00Z"));
    world.good_pass();
    world.check_same();
    CHECK_FALSE(world.tables().streams.at(kEntity).dialect.empty());
    world.clock.run_for(1min);
    CHECK(world.good_pass().requests == 1);
    CHECK(bytes_of_records(world) == 0);
    CHECK(world.reconcile(true).status == JobStatus::done);
    world.restart();
    CHECK(world.good_pass().requests < 5);  // nothing is proven again
    world.put(1, world.clock.wall());
    CHECK(world.good_pass().summary.created == 1);
}

TEST_CASE("row 16: with a dialect that is set by hand, idle polls are as small after a dozen") {
    World world;
    world.settings.dialect = Dialect{};
    world.put_many(1, 50, 5, kOld);
    world.put_many(1'000, 300, 10, at("2027-01-01T00:00:00Z"));
    for (int poll = 0; poll < 14; ++poll) {
        world.good_pass();
        world.clock.run_for(1min);
    }
    world.good_pass();
    world.clock.run_for(1min);
    CHECK(world.good_pass().requests == 1);
    CHECK(bytes_of_records(world) == 0);
}

TEST_CASE("a record in the future is stored within the overlap, and a new one immediately") {
    World world;
    world.put_many(1, 50, 5, kOld);
    world.good_pass();
    world.clock.run_for(1min);
    world.good_pass();
    world.put(200, at("2031-01-01T00:00:00Z"));
    world.put(201, world.clock.wall());
    CHECK(world.good_pass().summary.created == 1);
    for (int poll = 0; poll < 10; ++poll) {
        world.clock.run_for(1min);
        world.good_pass();
    }
    world.check_same();
}

TEST_CASE("a record that was in the future is reached by the cursor when its time has come") {
    World world;
    world.put_many(1, 50, 5, kOld);
    world.good_pass();
    const Timestamp soon{world.clock.wall().ticks + 300 * Timestamp::ticks_per_second};
    world.put(200, soon);
    for (int poll = 0; poll < 6; ++poll) {
        world.clock.run_for(1min);
        world.good_pass();
    }
    world.check_same();
    CHECK(world.tables().streams.at(kEntity).cursor->modified == soon);
}
