#include "sync/walk/ranges.hpp"
#include "sync/walk/walk.hpp"
#include "unit/sync/world.hpp"

using namespace carecloud;
using namespace std::chrono_literals;

namespace {

const Dialect kTextOrder{.modified = ModifiedLiteral::string};
const Dialect kDateOrder{.modified = ModifiedLiteral::date};

Cursor range_key(const char* modified, const char* id = "a") {
    return {modified, at(modified), id};
}

constexpr auto kFirst = "2024-01-01T00:00:00.0000000Z";
constexpr auto kMiddle = "2024-01-06T00:00:00.0000000Z";
constexpr auto kLater = "2024-01-08T12:00:00.0000000Z";
constexpr auto kNewest = "2024-01-11T00:00:00.0000000Z";

RangePlan plan_of_ten_days(double density = 0.01) {
    return RangePlan::from(range_key(kFirst), at("2024-02-01T12:00:00Z"), density);
}

SplitSight sight(std::size_t page_size = 100) {
    return {.dialect = kTextOrder, .newest = at(kNewest), .page_size = page_size};
}

RangeProgress reached(const char* modified, const char* asked_at, bool done = false) {
    return {.position = range_key(modified),
            .settled = range_key(modified),
            .asked_at = at(asked_at),
            .done = done};
}

}  // namespace

TEST_CASE("the far half of the longest range is given away, and the two share no record") {
    RangePlan plan = plan_of_ten_days();
    const int first = plan.take_idle().value();
    CHECK_FALSE(plan.take_idle());
    const int second = plan.halve_longest(sight()).value();
    CHECK(plan.range(first).before == kMiddle);
    CHECK(plan.range(second).from == kMiddle);
    CHECK(plan.range(second).before.empty());
    // The next one halves one of the two halves.
    const int third = plan.halve_longest(sight()).value();
    CHECK(plan.ranges().size() == 3);
    std::string bound;
    for (const Range& range : plan.ranges()) {
        CHECK(range.from == bound);
        bound = range.before;
    }
    CHECK(bound.empty());
    CHECK(third != second);
}

TEST_CASE("a rest of less than four pages, or of one instant, is not halved") {
    RangePlan plan = plan_of_ten_days(150.0 / (10 * 86400));  // 150 records in ten days
    plan.take_idle();
    CHECK_FALSE(plan.halve_longest(sight(100)));
    CHECK(plan.halve_longest(sight(30)));
    RangePlan tie = RangePlan::from(range_key(kNewest), at(kNewest), 0);
    tie.take_idle();
    CHECK_FALSE(tie.halve_longest(sight()));
}

TEST_CASE("ranges: the cursor moves over the finished prefix alone") {
    RangePlan plan = plan_of_ten_days();
    const int first = plan.take_idle().value();
    const int second = plan.halve_longest(sight()).value();
    plan.advance(second, reached(kLater, "2024-02-01T12:00:10Z"));
    CHECK_FALSE(plan.cursor());
    plan.advance(second, reached(kNewest, "2024-02-01T12:00:20Z", true));
    CHECK_FALSE(plan.cursor());
    CHECK(plan.ranges().size() == 2);
    plan.advance(first, reached("2024-01-03T00:00:00.0000000Z", "2024-02-01T12:00:30Z"));
    CHECK(plan.cursor() == range_key("2024-01-03T00:00:00.0000000Z"));
    plan.advance(first, {.asked_at = at("2024-02-01T12:00:40Z"), .done = true});
    CHECK(plan.cursor() == range_key(kNewest));
    CHECK(plan.is_done());
}

TEST_CASE("ranges: what is settled counts from the earliest first page of the finished prefix") {
    RangePlan plan = plan_of_ten_days();
    const int first = plan.take_idle().value();
    const int second = plan.halve_longest(sight()).value();
    const int third = plan.halve_longest(sight()).value();
    CHECK(plan.asked_at() == at("2024-02-01T12:00:00Z"));
    // Of a range that was requested before the others, as after a clock went back.
    plan.advance(second, reached(kLater, "2024-02-01T11:59:00Z", true));
    CHECK(plan.asked_at() == at("2024-02-01T12:00:00Z"));
    plan.advance(first, reached(kFirst, "2024-02-01T12:00:30Z", true));
    plan.advance(third, reached(kNewest, "2024-02-01T12:00:50Z", true));
    CHECK(plan.asked_at() == at("2024-02-01T11:59:00Z"));
}

TEST_CASE("a plan is read as it was written, without what only a process knows") {
    RangePlan plan = plan_of_ten_days();
    const int first = plan.take_idle().value();
    const int second = plan.halve_longest(sight()).value();
    plan.advance(second, reached(kLater, "2024-02-01T12:00:10Z"));
    plan.advance(first, {.asked_at = at("2024-02-01T12:00:05Z")});
    const auto read = RangePlan::from_json(plan.to_json(kTextOrder), kTextOrder);
    REQUIRE(read);
    CHECK(read->to_json(kTextOrder) == plan.to_json(kTextOrder));
    CHECK(read->asked_at() == plan.asked_at());
    CHECK(read->ranges().back().position == range_key(kLater));
    CHECK_FALSE(read->ranges().front().is_walked);
    CHECK(RangePlan(*read).take_idle());
}

TEST_CASE("a plan for another order, or a damaged one, is not used") {
    const std::string text = plan_of_ten_days().to_json(kTextOrder);
    CHECK(RangePlan::from_json(text, kTextOrder));
    CHECK_FALSE(RangePlan::from_json(text, kDateOrder));
    for (
        const char* damaged :
        {"", "{}", "[]", "7", "{\"order\":\"string\",\"ranges\":[]}",
         R"({"order":"string","asked_at":"2024-01-01T00:00:00Z","ranges":[{}]})",
         R"({"order":"string","asked_at":"2024-01-01T00:00:00Z","ranges":[{"from":"soon"}]})",
         R"({"order":"string","asked_at":"2024-01-01T00:00:00Z","ranges":[7]})",
         R"({"order":"string","asked_at":"2024-01-01T00:00:00Z","ranges":[{"position":{"modified":"x","_id":"a"}}]})"}) {
        INFO(damaged);
        CHECK_FALSE(RangePlan::from_json(damaged, kTextOrder));
    }
}

TEST_CASE("a walk of a range begins at its position, or with the first record of its bound") {
    const Range begun{.before = kNewest, .position = range_key(kFirst, "b")};
    CHECK(make_walk(kTextOrder, plan_range(begun))->where() == where::after(kTextOrder, kFirst, "b"));
    const Range later{.from = kMiddle};
    CHECK(make_walk(kTextOrder, plan_range(later))->where() == where::modified(kTextOrder, "$gte", kMiddle));
}
