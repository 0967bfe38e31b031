// Records that listings leave out although the portal has them (hazard 38).
#include "bounded_world.hpp"

using namespace carecloud;
using namespace std::chrono_literals;

namespace {

// Takes the record out of a listing, as a portal with a damaged index does.
void leave_out(std::string& body, const std::string& id) {
    const std::size_t place = body.find(R"({"_id":")" + id);
    if (place == std::string::npos) return;
    std::size_t end = body.find('}', place) + 1;
    if (body[end] == ',') ++end;
    body.erase(place, end - place);
    if (const std::size_t comma = body.find(",]"); comma != std::string::npos) body.erase(comma, 1);
}

}  // namespace

TEST_CASE(
    "row 4: a record that listings with the filter leave out by mistake is kept and reported (hazard 38)") {
    BoundedWorld world;
    const bool with_fields = GENERATE(true, false);
    if (with_fields) world.settings.spec.fields = {"status"};
    world.settings.spec.filter = R"({"status":"active"})";
    for (unsigned n = 1; n <= 40; ++n)
        world.put(n, {kOld.ticks + n * Timestamp::ticks_per_second}, R"(,"status":"active")");
    world.good_pass();
    const std::string id = BoundedWorld::id_of(7);
    world.portal.set_answer_hook([&](const SeenRequest& request, std::string& body) {
        if (request.kind == "query" && mentions(request, "active")) leave_out(body, id);
    });
    CHECK(world.reconcile(true).awaiting == 1);
    CHECK(world.live() == 40);
    world.clock.run_for(world.settings.overlap + 1s);
    const BoundedPass row = world.reconcile(true);
    CHECK(row.holes == 1);
    CHECK(row.deleted == 0);
    CHECK(world.live() == 40);
    CHECK(world.tables().omitted.empty());
}

TEST_CASE("a record that listings without a filter leave out by mistake is kept, and its new content taken") {
    BoundedWorld world({.totals = false});
    world.put_many(1, 20, 10, kOld);
    world.good_pass();
    world.put(7, kOld, R"(,"status":"edited")");
    const std::string id = BoundedWorld::id_of(7);
    world.portal.set_answer_hook([&](const SeenRequest& request, std::string& body) {
        if (request.kind == "query") leave_out(body, id);
    });
    const BoundedPass row = world.reconcile(true);
    CHECK(row.holes == 1);
    CHECK(row.deleted == 0);
    world.check_same();
}
