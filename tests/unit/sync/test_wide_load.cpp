// Long walks in ranges: a first load, a catch-up, a backfill and a reconciliation, with several requests at once.
#include "engine_world.hpp"
#include "wide_world.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

using namespace carecloud;
using namespace std::chrono_literals;

namespace {

// Records an hour apart, and an engine with all lanes once it is started.
struct WideEngine : EngineWorld {
    WideEngine(Duration latency, unsigned records) {
        settings.page_size = 20;
        portal.set_latency(latency);
        for (unsigned i = 1; i <= records; ++i)
            put(i, kOld + 1h * static_cast<int>(i));
    }
};

Duration serial_load() {
    WideWorld world(1);
    world.fill();
    const Duration took = world.good_pass().took;
    world.check_same();
    return took;
}

std::size_t whole_records_sent(const World& world) {
    std::size_t records = 0;
    for (const SeenRequest& request : world.portal.requests()) {
        if (request.kind == "query" && !mentions(request, "\"Fields\"")) records += request.records;
    }
    return records;
}

}  // namespace

TEST_CASE(
    "a first load in ranges stores what a load one page after the other does, in a fraction of the time") {
    WideWorld world;
    world.fill();
    const PassReport report = world.good_pass();
    world.check_same();
    CHECK(report.summary.created == kWideRecords);
    const StreamState state = world.tables().streams.at(kEntity);
    CHECK(state.ranges.empty());
    CHECK(state.cursor->id == "000000000000000000001200");
    CHECK(whole_records_sent(world) < kWideRecords + 12 * 20);
    const Duration serial = serial_load();
    INFO(std::chrono::duration<double>(report.took).count()
         << " s of " << std::chrono::duration<double>(serial).count());
    CHECK(report.took * 5 < serial);
    CHECK(world.good_pass().requests == 1);  // nothing new
}

TEST_CASE("a small load is not widened, and neither is one with one lane, or from a portal without latency") {
    WideWorld small;
    small.fill(15);
    const std::size_t requests = small.good_pass().requests;
    WideWorld same(1);
    same.fill(15);
    CHECK(same.good_pass().requests == requests);
    WideWorld prompt;
    prompt.portal.set_latency(5ms);
    prompt.fill();
    WideWorld serial(1);
    serial.fill();
    CHECK(prompt.good_pass().requests == serial.good_pass().requests);
    prompt.check_same();
}

TEST_CASE("an interrupted load in ranges continues, and fetches nothing again that was committed") {
    const bool restarts = GENERATE(true, false);
    WideWorld world;
    world.fill();
    unsigned asked = 0;
    world.portal.set_fault_hook([&](const SeenRequest&) -> std::optional<Error> {
        if (++asked % 23 != 0) return std::nullopt;
        return Error{.code = ErrorCode::key_refused, .operation = "query", .subject = "HTTP 401", .hint = ""};
    });
    std::size_t sent = 0;
    std::size_t failed = 0;
    for (int i = 0; i < 60; ++i) {
        const PassReport report = world.pass();
        sent += whole_records_sent(world);
        if (!report.error) break;
        ++failed;
        if (restarts) world.restart();
    }
    CHECK(failed > 1);
    world.check_same();
    CHECK(world.tables().streams.at(kEntity).ranges.empty());
    // Each interruption wastes the responses under way, and each restart reads the last page of a range again.
    CHECK(sent <= kWideRecords + (failed + 1) * 12 * 20);
}

TEST_CASE("a load in ranges that ends at any commit, effective or not, omits no record") {
    const int commits = GENERATE(1, 2, 3, 5, 8, 13, 21, 34, 55);
    const bool took_effect = GENERATE(true, false);
    WideWorld world;
    world.fill();
    int left = commits;
    world.store->set_fault_hook([&](std::string_view operation) -> std::optional<StoreFault> {
        if (operation != "commit" || --left != 0) return std::nullopt;
        return StoreFault{
            {.code = ErrorCode::store_failed, .operation = "commit", .subject = "killed", .hint = ""},
            took_effect};
    });
    const PassReport interrupted = world.pass();
    CHECK(interrupted.error);
    world.store->set_fault_hook({});
    world.restart();
    world.good_pass();
    world.check_same();
}

TEST_CASE("a load in which all records share one modified is read by one lane") {
    WideWorld world;
    for (unsigned i = 1; i <= 300; ++i)
        world.put(i, kOld);
    world.good_pass();
    world.check_same();
}

TEST_CASE("records that move to the end during a load are found by the walk that follows") {
    WideWorld world;
    world.fill();
    unsigned asked = 0;
    world.portal.set_fault_hook([&](const SeenRequest&) -> std::optional<Error> {
        if (++asked % 7 == 0 && asked < 200) world.put(asked * 5, world.clock.wall(), R"(,"n":1)");
        return std::nullopt;
    });
    world.good_pass();
    world.check_same();
}

TEST_CASE("ranges: a record that moves back behind the lanes makes a whole reconciliation due at once") {
    WideEngine world(300ms, 600);
    bool moved = false;
    world.portal.set_fault_hook([&](const SeenRequest&) -> std::optional<Error> {
        // As soon as the first range is beyond it.
        if (!moved && world.held() > 300) {
            moved = true;
            for (unsigned i = 590; i > 300; --i) {
                if (world.tables().records.contains({kEntity, "000000000000000000000" + std::to_string(i)}))
                    continue;
                world.put(i, kOld, R"(,"n":2)");
                break;
            }
        }
        return std::nullopt;
    });
    world.start();
    REQUIRE(world.clock.run_until([&] { return !world.recorder.passes.empty(); }));
    CHECK(moved);
    REQUIRE(world.clock.run_until([&] {
        return std::any_of(world.recorder.bounded.begin(), world.recorder.bounded.end(),
                           [](const Job& job) { return job.status == JobStatus::done; });
    }));
    CHECK(world.recorder.bounded.front().reason == WholeDue::kCountDiffers);
    world.check_same();
}

TEST_CASE("a portal that answers two requests at once and refuses more is not slower than one at a time") {
    const auto code = GENERATE(ErrorCode::rate_limited, ErrorCode::unreachable);
    WideWorld world;
    world.fill();
    std::vector<MonoTime> sent;
    std::size_t refused = 0;
    world.portal.set_fault_hook([&](const SeenRequest&) -> std::optional<Error> {
        const MonoTime now = world.clock.now();
        std::erase_if(sent, [&](MonoTime at) { return at + 300ms <= now; });
        if (sent.size() >= 2) {
            ++refused;
            return Error{.code = code, .operation = "query", .subject = "refused", .hint = ""};
        }
        sent.push_back(now);
        return std::nullopt;
    });
    const PassReport report = world.good_pass();
    CHECK(refused > 0);
    world.check_same();
    CHECK(report.took <= serial_load());
}

TEST_CASE("a portal whose latency doubles with each concurrent request is not flooded") {
    WideWorld world(1);
    for (unsigned i = 0; i < 30; ++i)
        world.put(9000 + i, kOld - 24h * 500);
    world.good_pass();  // the dialect is proven
    world.lanes = std::make_unique<Lanes>(world.clock, *world.limiter, 12);
    world.fill();
    std::multiset<std::int64_t> ends;
    std::size_t most = 0;
    world.portal.set_fault_hook([&](const SeenRequest&) -> std::optional<Error> {
        const std::int64_t now = world.clock.now().since_origin.count();
        ends.erase(ends.begin(), ends.upper_bound(now));
        most = std::max(most, ends.size());
        const Duration latency = 300ms * (1 << std::min<std::size_t>(ends.size(), 6));
        ends.insert(now + latency.count());
        world.portal.set_latency(latency);
        return std::nullopt;
    });
    const PassReport report = world.good_pass();
    world.check_same();
    CHECK(report.took < serial_load() * 3 / 2);
}

TEST_CASE("a damaged plan of ranges is not used: the walk continues at the cursor") {
    WideWorld world;
    world.fill(300);
    world.good_pass();
    world.content->tables.streams.at(kEntity).ranges = "{\"order\":7}";
    world.put(5000, world.clock.wall());
    world.good_pass();
    world.check_same();
    CHECK(world.tables().streams.at(kEntity).ranges.empty());
}

TEST_CASE("a long catch-up is read in ranges, too") {
    WideWorld world;
    world.fill(60);
    world.good_pass();
    world.clock.run_for(24h);
    for (unsigned i = 0; i < 600; ++i)
        world.put(2000 + i, world.clock.wall() - 20h + 1min * static_cast<int>(i));
    const PassReport report = world.good_pass();
    CHECK(report.summary.created == 600);
    world.check_same();
    CHECK(report.took < 300ms * 20);
}

TEST_CASE("the dialect is proven in three rounds of requests") {
    const auto bits = GENERATE(range(0U, 4U));
    WideWorld world(12, dialect_of(bits, 0));
    world.put(1, kOld);
    world.put(2, kOld + 1h);
    const PassReport report = world.good_pass();
    CHECK(report.dialect_proven);
    // Three rounds, one page, and the proof of the end; forms that find nothing are not requested again. Dates are
    // checked once more, since strings may come before them.
    CHECK(report.took < 6 * 300ms + 10ms);
    CHECK(report.requests <= 24);
}

TEST_CASE("a portal that ignores $lt is loaded in ranges, which do not need it") {
    WideWorld world;
    world.fill();
    const std::string first = document(1, kOld - 24h * 400);
    std::size_t asked = 0;
    world.portal.set_answer_hook([&](const SeenRequest& request, std::string& body) {
        if (!mentions(request, R"("$lt":)")) return;
        ++asked;
        if (!body.ends_with(R"("data":[]})")) return;
        body.replace(body.size() - 2, 0, first);
    });
    const PassReport report = world.good_pass();
    world.check_same();
    const auto dialect = Dialect::from_json(report.state.dialect);
    REQUIRE(dialect);
    CHECK(dialect->lte);
    CHECK_FALSE(dialect->lt);
    CHECK(report.took * 4 < serial_load());
    CHECK(asked <= 4);  // by the proof alone
}

TEST_CASE("totals that lie only change the progress shown") {
    WideEngine world(2s, 2000);
    const auto lie = GENERATE("0", "7", "99999999999");
    world.portal.set_answer_hook([&](const SeenRequest&, std::string& body) {
        const auto found = body.find("\"total\":");
        if (found == std::string::npos) return;
        const auto end = body.find_first_of(",}", found);
        body.replace(found, end - found, std::string("\"total\":") + lie);
    });
    world.start();
    REQUIRE(world.clock.run_until([&] { return !world.recorder.passes.empty(); }));
    CHECK_FALSE(world.recorder.passes.front().error);
    world.check_same();
}

TEST_CASE("the progress of a load is reported every ten seconds, with the share where the portal counts") {
    WideEngine world(2s, 2000);
    Engine& engine = world.start();
    bool seen = false;
    REQUIRE(world.clock.run_until([&] {
        const auto snapshot = engine.snapshot(kEntity);
        seen = seen || (snapshot && snapshot->load && snapshot->load->records > 0);
        return !world.recorder.passes.empty();
    }));
    CHECK(seen);
    CHECK_FALSE(engine.snapshot(kEntity)->load);
    const auto& loads = world.recorder.loads;
    REQUIRE(loads.size() >= 2);
    for (std::size_t i = 1; i < loads.size(); ++i)
        CHECK(loads[i - 1].records < loads[i].records);
    CHECK(loads.back().expected == 1980);
    CHECK(loads.back().per_second > 0);
    CHECK(loads.front().left.has_value());
}

TEST_CASE("an event that arrives during a load is settled without waiting for its end") {
    WideEngine world(300ms, 4000);
    Engine& engine = world.start();
    REQUIRE(world.clock.run_until([&] { return world.held() > 500; }));
    world.put(9000, world.clock.wall());
    world.announce(9000);
    engine.nudge(kEntity);
    const MonoTime sent = world.clock.now();
    REQUIRE(world.clock.run_until([&] { return world.events(EventState::settled) == 1; }));
    CHECK(world.recorder.passes.empty());
    CHECK(world.clock.now() - sent <= 3 * 300ms);
    REQUIRE(world.clock.run_until([&] { return !world.recorder.passes.empty(); }));
    CHECK(world.recorder.passes.front().events.settled == 1);
    world.check_same();
}

TEST_CASE("a backfill of months fetches them concurrently, and continues where each was") {
    WideBounded world;
    world.put(1, world.clock.wall());
    world.good_pass();
    unsigned n = 100;
    for (unsigned month = 1; month <= 12; ++month) {
        for (unsigned i = 0; i < 50; ++i) {
            char days[64];
            std::snprintf(days, sizeof days, R"(,"startDate":"2023%02u%02u","endDate":"2023%02u28")", month,
                          i % 28 + 1, month);
            world.put(n, kOld + 1min * static_cast<int>(n), days);
            ++n;
        }
    }
    const Job year{.kind = JobKind::backfill, .first_day = "20230101", .last_day = "20231231"};
    SECTION("in a fraction of the time") {
        const MonoTime begun = world.clock.now();
        const Job row = world.good(year);
        CHECK(row.steps_done == 13);
        CHECK(row.records == 600);
        world.check_same();
        CHECK(world.clock.now() - begun < 300ms * 20);
    }
    SECTION("after interruptions") {
        unsigned asked = 0;
        world.portal.set_fault_hook([&](const SeenRequest&) -> std::optional<Error> {
            if (++asked % 30 != 0) return std::nullopt;
            return Error{
                .code = ErrorCode::key_refused, .operation = "query", .subject = "HTTP 401", .hint = ""};
        });
        Job row = year;
        std::size_t sent = 0;
        for (int i = 0; i < 20 && row.status != JobStatus::done; ++i) {
            row = world.attempt(row).second;
            sent += whole_records_sent(world);
        }
        CHECK(row.status == JobStatus::done);
        CHECK(row.steps_done == 13);
        world.check_same();
        CHECK(sent < 600 + 20 * 12 * 20);
    }
    SECTION("of a row that an earlier version has begun") {
        Job row = year;
        row.steps = 13;
        row.steps_done = 7;
        row.records = 250;
        world.good(row);
        // According to the row, the months before are done.
        CHECK(world.live() == 1 + 7 * 50 - 50);
    }
}

TEST_CASE("a whole reconciliation compares windows concurrently, and judges by all of them") {
    WideBounded world;
    world.fill();
    world.good_pass();
    for (unsigned i = 100; i <= 1100; i += 100)
        world.erase(i);
    world.put(7000, kOld - 24h * 300);  // late, between others
    const bool deep = GENERATE(false, true);
    const MonoTime begun = world.clock.now();
    world.clock.run_for(1h);
    const Job row = world.good({.kind = JobKind::reconcile, .deep = deep, .whole = true});
    CHECK(row.gone == 11);
    CHECK(row.deleted == 11);
    CHECK(row.missing == 1);
    world.check_same();
    CHECK(world.clock.now() - begun < 1h + 300ms * 40);
}
