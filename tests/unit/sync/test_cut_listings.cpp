// A truncated listing, by size or by mistake, does not end anything early (hazard 32).
#include "bounded_world.hpp"
#include "listing.hpp"

#include <random>
#include <set>
#include <string>

using namespace carecloud;
using namespace std::chrono_literals;

namespace {

Timestamp ago(const World& world, std::int64_t seconds) {
    return {world.clock.wall().ticks - seconds * Timestamp::ticks_per_second};
}

}  // namespace

TEST_CASE("row 5: a late row is found although the next listing of keys is truncated to 10 of 301") {
    const bool keyset = GENERATE(true, false);
    World world({.or_refused = !keyset});
    world.settings.overlap = 20s;
    world.put_many(1, 300, 30, ago(world, 12));
    world.good_pass();
    world.put(9'000, ago(world, 8));
    bool cut = false;
    world.portal.set_answer_hook([&](const SeenRequest&, std::string& body) {
        if (!cut) cut = cut_listing(body, 10);
    });
    world.good_pass();
    CHECK(cut);
    // Wherever the walk ended, it stays there until it has met everything before the cursor.
    for (int poll = 0; poll < 3; ++poll) {
        world.clock.run_for(30s);
        world.good_pass();
    }
    world.check_same();
}

TEST_CASE("a first load fetches everything in one pass, whichever of its pages is truncated") {
    const bool keyset = GENERATE(true, false);
    const std::size_t keep = GENERATE(0U, 1U, 7U, 49U);
    for (std::size_t page = 1; page <= 6; ++page) {
        CAPTURE(keyset, keep, page);
        World world({.or_refused = !keyset});
        world.settings.page_size = 50;
        world.restart();
        world.put_many(1, 280, 20, kOld);
        std::size_t listings = 0;
        world.portal.set_answer_hook([&](const SeenRequest& request, std::string& body) {
            // An empty listing is an end; two consecutive erroneous ones cannot be detected.
            if (request.take == 50 && request.records > keep && ++listings == page && keep > 0)
                cut_listing(body, keep);
        });
        world.good_pass();
        world.check_same();
    }
}

TEST_CASE("a server that limits its pages by bytes is walked to its end by every kind of walk") {
    const bool keyset = GENERATE(true, false);
    const auto seed = GENERATE(range(1U, 6U));
    CAPTURE(keyset, seed);
    BoundedWorld world({.or_refused = !keyset, .totals = false});
    std::mt19937 random(seed);
    world.portal.set_answer_hook([&](const SeenRequest& request, std::string& body) {
        // Queries by id return everything requested: a record that they omitted would look deleted.
        if (!mentions(request, "$in")) cut_listing(body, 5 + random() % 60);
    });
    world.put_many(1, 400, 25, kOld);
    world.good_pass();
    world.check_same();
    for (unsigned n = 1; n <= 400; n += 40)
        world.erase(n);
    world.put(1'000, {kOld.ticks + 3 * Timestamp::ticks_per_second});
    CHECK(world.reconcile(true).deleted == 10);
    world.check_same();
    // An ordinary pass continues where the previous one was truncated.
    world.put_many(2'000, 300, 10, ago(world, 3'600));
    for (int poll = 0; poll < 60 && world.live() < 691; ++poll)
        world.good_pass();
    world.check_same();
}

TEST_CASE("truncated pages cost no more than one request if the page reaches the cursor") {
    World world;
    world.put_many(1, 100, 10, kOld);
    world.good_pass();
    world.put(17, world.clock.wall());
    CHECK(world.good_pass().requests == 1);
    CHECK(world.good_pass().requests == 1);
    world.check_same();
}

TEST_CASE("ranges: a response that is empty by mistake ends none of them") {
    World world;
    world.lanes = std::make_unique<Lanes>(world.clock, *world.limiter, 12);
    world.settings.page_size = 20;
    world.memory = StreamMemory(20);
    world.portal.set_latency(300ms);
    world.put_many(1, 600, 1, kOld);
    std::set<std::string> asked;  // two consecutive ones would be the end
    unsigned emptied = 0;
    world.portal.set_answer_hook([&](const SeenRequest& request, std::string& body) {
        const bool is_page = request.kind == "query" && request.take == 20;
        if (!is_page || !asked.insert(request.text).second || asked.size() % 7 != 0) return;
        emptied += cut_listing(body, 0) ? 1 : 0;
    });
    world.good_pass();
    CHECK(emptied > 3);
    world.check_same();
}
