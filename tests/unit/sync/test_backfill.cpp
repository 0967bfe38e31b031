#include "bounded_world.hpp"
#include "portal/query.hpp"

using namespace carecloud;
using namespace std::chrono_literals;

namespace {

std::string days(const char* start, const char* end) {
    return std::string(R"(,"startDate":")") + start + R"(","endDate":")" + end + "\"";
}

const Job kFirstQuarter{.kind = JobKind::backfill, .first_day = "20230101", .last_day = "20230331"};

// Ten records in each month of 2023, unknown to the store because the stream's cursor is past them.
void fill_months(BoundedWorld& world) {
    world.put(1, world.clock.wall());
    world.good_pass();
    for (unsigned month = 1; month <= 12; ++month) {
        for (unsigned day = 1; day <= 10; ++day) {
            char start[16];
            char end[16];
            std::snprintf(start, sizeof start, "2023%02u%02u", month, day);
            std::snprintf(end, sizeof end, "2023%02u%02u", month, day + 10);
            world.put(100 * month + day, kOld, days(start, end));
        }
    }
}

}  // namespace

TEST_CASE("only days of the calendar are days") {
    for (const char* good : {"20240229", "20231231", "19000101", "21001231"})
        CHECK(is_day(good));
    for (const char* bad : {"", "20230229", "20231301", "20230100", "2023-1-1", "202301011", "18991231",
                            "21010101", "99990101", "2023010x"})
        CHECK_FALSE(is_day(bad));
}

TEST_CASE("a range of days is requested in steps that share no record") {
    CHECK(day_steps("20230115", "20230302") ==
          std::vector<std::string>{R"({"startDate":{"$lt":"20230115"},"endDate":{"$gte":"20230115"}})",
                                   R"({"startDate":{"$gte":"20230115","$lt":"20230201"}})",
                                   R"({"startDate":{"$gte":"20230201","$lt":"20230301"}})",
                                   R"({"startDate":{"$gte":"20230301","$lt":"20230303"}})"});
    CHECK(day_steps("20240229", "20240229").back() ==
          R"({"startDate":{"$gte":"20240229","$lt":"20240301"}})");
    CHECK(day_steps("20230101", "20231231").size() == 13);
}

TEST_CASE("backfill: the records of the days are fetched, and no cursor moves (hazard 22)") {
    BoundedWorld world;
    fill_months(world);
    world.put(50, kOld, days("20221220", "20230105"));  // reaches into the range
    world.put(51, kOld, days("20221220", "20221231"));  // ends before it
    world.put(52, kOld, R"(,"startDate":"20230215")");  // no end
    world.put(53, kOld, days("20230331120000", "20230331130000"));
    const StreamState before = world.tables().streams.at(kEntity);
    const Job row = world.good(kFirstQuarter);
    CHECK(row.status == JobStatus::done);
    CHECK(row.steps == 4);
    CHECK(row.steps_done == 4);
    CHECK(row.missing == 33);
    CHECK(row.records == 33);
    CHECK(row.expected == 33);
    CHECK(world.held() == 34);
    CHECK(world.tables().streams.at(kEntity) == before);
    CHECK(check_changes(world.tables()) == "");

    const Job again = world.good(kFirstQuarter);  // safe to repeat
    CHECK(again.missing + again.changed == 0);
    CHECK(world.held() == 34);
}

TEST_CASE("backfill: an empty month costs two requests, and is not proven empty by one (hazard 21)") {
    const bool totals = GENERATE(true, false);
    BoundedWorld world({.totals = totals});
    world.put(1, world.clock.wall());
    world.good_pass();
    const Job month{.kind = JobKind::backfill, .first_day = "20230201", .last_day = "20230228"};
    CHECK(world.good(month).missing == 0);
    // Two requests for the records that reach into the month, and two for the month; without totals, one more that has
    // no result.
    CHECK(world.portal.requests().size() == (totals ? 4 : 5));

    world.put(2, kOld, days("20230202", "20230210"));
    std::size_t emptied = 0;
    world.portal.set_answer_hook([&](const SeenRequest& request, std::string& body) {
        if (mentions(request, "20230301") && emptied++ == 0)
            body = totals ? R"({"isSuccess":true,"data":[],"total":0})" : R"({"isSuccess":true,"data":[]})";
    });
    CHECK(world.good(month).missing == 1);
    CHECK(emptied > 1);
}

TEST_CASE("backfill: every dialect") {
    const auto seed = GENERATE(range(0U, 32U));
    const ModelSettings dialect = dialect_of(seed, 3);
    CAPTURE(seed);
    BoundedWorld world(dialect);
    fill_months(world);
    const Job row = world.good(kFirstQuarter);
    CHECK(row.missing == 30);
    CHECK(row.expected.has_value() == dialect.totals);
}

TEST_CASE("backfill: the stream's filter applies, too") {
    BoundedWorld world;
    world.settings.spec.filter = R"({"status":"active"})";
    world.put(1, world.clock.wall(), R"(,"status":"active")");
    world.good_pass();
    world.put(2, kOld, days("20230105", "20230131") + R"(,"status":"active")");
    world.put(3, kOld, days("20230105", "20230131") + R"(,"status":"void")");
    CHECK(world.good(kFirstQuarter).missing == 1);
    CHECK(world.held() == 2);
}

TEST_CASE("backfill: it continues after an interruption") {
    BoundedWorld world;
    world.settings.page_size = 4;
    world.memory = StreamMemory(4);
    fill_months(world);
    std::size_t queries = 0;
    bool away = false;
    world.portal.set_fault_hook([&](const SeenRequest&) -> std::optional<Error> {
        away = away || ++queries > 12;
        if (!away) return std::nullopt;
        return Error{.code = ErrorCode::key_refused, .operation = "test", .subject = "", .hint = ""};
    });
    const auto [ended, stopped] = world.attempt(kFirstQuarter);
    REQUIRE_FALSE(ended);
    CHECK(stopped.status == JobStatus::running);
    CHECK(stopped.steps_done > 0);
    CHECK(stopped.records > 0);
    CHECK(stopped.records < 30);
    world.portal.set_fault_hook({});
    world.restart();
    const Job done = world.good(stopped);
    CHECK(done.status == JobStatus::done);
    CHECK(done.records == 30);  // none was requested twice
    CHECK(done.missing == 30);
    CHECK(done.requests > stopped.requests);
}

TEST_CASE("backfill: the newer `modified` wins, in any order of arrival") {
    BoundedWorld world;
    fill_months(world);
    // The backfill's page is in transit while the record changes and the stream's own pass stores the new version.
    world.portal.set_answer_hook([&](const SeenRequest& request, std::string&) {
        if (!mentions(request, "20230101")) return;
        world.put(101, world.clock.wall(), days("20230101", "20230111") + R"(,"status":"new")");
        world.portal.set_answer_hook({});
    });
    (void)world.good(kFirstQuarter);
    world.good_pass();
    CHECK(world.tables().records.at({kEntity, "000000000000000000000101"}).body.find("new") !=
          std::string::npos);
    (void)world.good(kFirstQuarter);
    CHECK(world.tables().records.at({kEntity, "000000000000000000000101"}).body.find("new") !=
          std::string::npos);
    CHECK(check_changes(world.tables()) == "");
}

TEST_CASE("backfill: an erroneously empty response does not end a step") {
    BoundedWorld world({.totals = false});
    fill_months(world);
    unsigned asked = 0;
    world.portal.set_answer_hook([&](const SeenRequest&, std::string& body) {
        if (++asked % 2 == 1) body = R"({"isSuccess":true,"data":[]})";
    });
    CHECK(world.good(kFirstQuarter).missing == 30);
}
