// How many requests and pages lanes allow at once, and what a month's quota that is nearly spent changes.
#include "wide_world.hpp"

#include <list>
#include <optional>
#include <vector>

using namespace carecloud;
using namespace std::chrono_literals;

TEST_CASE("with less than a tenth of the month's quota left, a load is read page by page") {
    WideWorld world;
    world.fill();
    world.limits.monthly_quota = 10'000;
    world.content->tables.quota["2024-03"] = {.sent = 9'100};
    world.restart();
    WideWorld serial(1);
    serial.fill();
    CHECK(world.good_pass().requests == serial.good_pass().requests);
    world.check_same();
}

TEST_CASE("a load in ranges continues with one request at a time as soon as the quota is nearly spent") {
    WideWorld world;
    world.fill();
    world.limits.monthly_quota = 10'000;
    world.content->tables.quota["2024-03"] = {.sent = 8'960};  // 40 more
    world.restart();
    std::vector<MonoTime> sent;
    world.portal.set_fault_hook([&](const SeenRequest&) -> std::optional<Error> {
        sent.push_back(world.clock.now());
        return std::nullopt;
    });
    world.good_pass();
    world.check_same();
    REQUIRE(sent.size() > 60);
    CHECK(sent[38] - sent[34] < 4 * 300ms);
    for (std::size_t i = 40; i + 1 < sent.size(); ++i)
        CHECK(sent[i + 1] - sent[i] >= 300ms);
}

TEST_CASE("lanes: while a page is stored the next one may be requested, as far as memory allows") {
    WideWorld world;
    Lanes& lanes = *world.lanes;
    lanes.limit().answered_alone(300ms, 10'000'000);
    REQUIRE(lanes.limit().now() == 4);
    REQUIRE(lanes.limit().pages() == 5);
    std::list<Lanes::Turn> pages;
    std::list<Lanes::Sending> requests;
    while (lanes.has_free()) {
        pages.emplace_back(lanes);
        requests.emplace_back(lanes);
    }
    CHECK(pages.size() == 4);
    requests.pop_back();
    CHECK(lanes.has_free());
    pages.emplace_back(lanes);
    CHECK_FALSE(lanes.has_free());
    lanes.limit().answered_alone(300ms, 200'000'000);
    CHECK(lanes.limit().pages() == 2);
}

TEST_CASE(
    "with 2 s a request and the default rate, a load takes little longer than its requests would alone") {
    WideWorld world;
    world.portal.set_latency(2s);
    world.limits = {};
    world.restart();
    world.lanes = std::make_unique<Lanes>(world.clock, *world.limiter, 12);
    world.fill(10'000);  // 500 pages
    const PassReport report = world.good_pass();
    world.check_same();
    INFO(std::chrono::duration<double>(report.took).count() << " s, " << report.requests << " requests");
    CHECK(report.requests <= 550);
    // Beside these, some rounds at the beginning and at the end.
    CHECK(report.took <= 200ms * static_cast<int>(report.requests) + 14s);
}
