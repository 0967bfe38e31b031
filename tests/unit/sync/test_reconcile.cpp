#include "bounded_world.hpp"

#include <algorithm>

using namespace carecloud;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t kMinute = 60 * Timestamp::ticks_per_second;

// Later than the records of `put_many(1, …, kOld)`, and long before now.
Timestamp old_minute(std::int64_t minute) {
    return {kOld.ticks + minute * kMinute};
}

}  // namespace

TEST_CASE("reconcile: records deleted at the portal are marked once (hazard 5)") {
    BoundedWorld world;
    world.put_many(1, 300, 50, kOld);
    world.good_pass();
    for (const unsigned n : {1U, 77U, 300U})
        world.erase(n);
    world.good_pass();
    CHECK(world.live() == 300);  // `modified` does not show it
    const StreamState before = world.tables().streams.at(kEntity);

    const Job row = world.reconcile();
    CHECK(row.status == JobStatus::done);
    CHECK(row.gone == 3);
    CHECK(row.deleted == 3);
    CHECK(row.missing == 0);
    CHECK(world.is_deleted(77));
    CHECK(world.tables().changes.back().kind == ChangeKind::deleted);
    CHECK(world.tables().streams.at(kEntity) == before);  // never touches the cursor (hazard 22)
    world.check_same();

    const std::size_t changes = world.tables().changes.size();
    CHECK(world.reconcile(true).deleted == 0);
    CHECK(world.tables().changes.size() == changes);
}

TEST_CASE(
    "reconcile: records changed within the overlap do not count as gone, since a replica may not return them "
    "yet") {
    BoundedWorld world;
    world.put_many(1, 20, 20, kOld);
    world.good_pass();
    world.put(7, world.clock.wall());
    world.good_pass();
    world.erase(7);
    world.erase(8);
    CHECK(world.reconcile(true).gone == 1);
    CHECK(world.is_deleted(8));
    CHECK_FALSE(world.is_deleted(7));
    world.clock.run_for(world.settings.overlap + 1s);
    CHECK(world.reconcile(true).gone == 1);
    CHECK(world.is_deleted(7));
    world.check_same();
}

TEST_CASE("reconcile: a record that was deleted and reappears is restored") {
    BoundedWorld world;
    world.put_many(1, 20, 20, kOld);
    world.good_pass();
    world.erase(7);
    world.reconcile();
    REQUIRE(world.is_deleted(7));
    world.put(7, kOld);  // with exactly the version that it had
    const Job row = world.reconcile();
    CHECK(row.missing == 1);
    CHECK(world.tables().changes.back().kind == ChangeKind::restored);
    world.check_same();
}

TEST_CASE("reconcile: rows that became visible long after their `modified` are fetched (promise 1)") {
    BoundedWorld world;
    world.put_many(1, 500, 100, kOld);
    world.good_pass();
    world.put(900, {kOld.ticks + 2 * Timestamp::ticks_per_second});
    world.put(901, old_minute(-1));
    world.good_pass();
    CHECK(world.held() == 500);
    const Job row = world.reconcile();
    CHECK(row.missing == 2);
    world.check_same();
}

TEST_CASE("reconcile: equal counts cost one request, and the whole walk finds what they hide") {
    BoundedWorld world;
    world.put_many(1, 3'000, 100, kOld);
    world.good_pass();
    const Job cheap = world.reconcile();
    CHECK(cheap.requests == 2);
    CHECK(cheap.records == 0);
    CHECK_FALSE(cheap.whole);

    world.erase(5);
    world.put(9'000, old_minute(2));
    CHECK(world.reconcile().records == 0);  // one gone and one missing: the counts are equal
    const Job whole = world.reconcile(true);
    CHECK(whole.whole);
    CHECK(whole.deleted == 1);
    CHECK(whole.missing == 1);
    CHECK(whole.records >= 3'000);
    world.check_same();
}

TEST_CASE("reconcile: of many records only the smallest windows that differ are walked") {
    BoundedWorld world;
    world.settings.page_size = 50;
    world.memory = StreamMemory(50);
    world.put_many(1, 20'000, 10, kOld);
    world.good_pass();
    world.erase(6'543);
    world.put(90'000, {kOld.ticks + 1500 * Timestamp::ticks_per_second});
    world.put(90'001, {kOld.ticks + 1500 * Timestamp::ticks_per_second});
    const Job row = world.reconcile();
    CHECK(row.deleted == 1);
    CHECK(row.missing == 2);
    CHECK(row.records < 500);
    CHECK(row.requests < 60);  // a walk of all keys is 400
    world.check_same();
}

TEST_CASE(
    "reconcile: more missing records than the guard allows require confirmation, and none is marked (hazard "
    "21)") {
    BoundedWorld world;
    const bool by_share = GENERATE(true, false);
    world.guard = by_share ? DeleteGuard{.share = 0.05, .count = 1000} : DeleteGuard{.share = 1, .count = 10};
    world.put_many(1, 200, 20, kOld);
    world.good_pass();
    for (unsigned n = 1; n <= 10; ++n)
        world.erase(n);
    CHECK(world.reconcile().deleted == 10);  // exactly as many as allowed
    for (unsigned n = 11; n <= 21; ++n)
        world.erase(n);

    const Job unconfirmed = world.reconcile();
    CHECK(unconfirmed.status == JobStatus::awaiting_confirmation);
    CHECK(unconfirmed.gone == 11);
    CHECK(unconfirmed.deleted == 0);
    CHECK(unconfirmed.error.find("11 of 190") != std::string::npos);
    CHECK(unconfirmed.hint.find("--confirm-deletes") != std::string::npos);
    CHECK(world.live() == 190);

    const Job confirmed = world.good({.confirm_deletes = true});
    CHECK(confirmed.status == JobStatus::done);
    CHECK(confirmed.deleted == 11);
    world.check_same();
}

TEST_CASE("reconcile: without the guard any number is marked, in pieces") {
    BoundedWorld world;
    world.guard = {.share = 0, .count = 0};
    world.put_many(1, 1'000, 40, kOld);
    world.good_pass();
    for (unsigned n = 101; n <= 950; ++n)
        world.erase(n);
    CHECK(world.good({.confirm_deletes = true}).deleted == 850);
    world.check_same();
}

TEST_CASE("reconcile --deep: content that changed without its `modified` is fetched (hazard 6)") {
    BoundedWorld world;
    world.put_many(1, 120, 30, kOld);
    world.good_pass();
    world.put(40, {kOld.ticks + Timestamp::ticks_per_second}, R"(,"status":"edited")");
    CHECK(world.reconcile(true).changed == 0);
    const Job row = world.good({.deep = true});
    CHECK(row.changed == 1);
    CHECK(row.records == 120);
    world.check_same();
}

TEST_CASE(
    "regression: reconcile --deep compared only by keys the neighbors of a record that no response "
    "contains") {
    const bool keyset = GENERATE(true, false);
    BoundedWorld world({.response_limit_bytes = 20'000});
    world.settings.dialect = Dialect{.keyset = keyset};
    world.put_many(1, 30, 10, kOld);
    world.put(15, old_minute(1), R"(,"signature":")" + std::string(25'000, 'x') + "\"");
    world.good_pass();
    REQUIRE(world.tables().quarantine.size() == 1);
    for (unsigned n = 1; n <= 30; ++n) {
        const auto held = world.tables().records.find({kEntity, BoundedWorld::id_of(n)});
        if (held == world.tables().records.end()) continue;
        world.put(n, *Timestamp::parse(held->second.modified), R"(,"text":"edited")");
    }
    CHECK(world.good({.deep = true}).changed == 29);
}

TEST_CASE("reconcile: every dialect, with totals and without, in ties larger than a page") {
    const auto seed = GENERATE(range(0U, 32U));
    const ModelSettings dialect = dialect_of(seed, 37);
    CAPTURE(seed);
    BoundedWorld world(dialect);
    world.put_many(1, 600, 150, kOld);
    world.good_pass();
    for (unsigned n = 100; n < 600; n += 50)
        world.erase(n);
    world.put(1'000, {kOld.ticks + Timestamp::ticks_per_second});
    world.put(1'001, {kOld.ticks - Timestamp::ticks_per_second});
    const Job row = world.reconcile();
    CHECK(row.deleted == 10);
    CHECK(row.missing == 2);
    world.check_same();
}

TEST_CASE("reconcile: erroneously empty or truncated listings delete nothing (hazard 21)") {
    BoundedWorld world({.totals = false});
    world.put_many(1, 400, 100, kOld);
    world.settings.page_size = 100;
    world.memory = StreamMemory(100);
    world.good_pass();
    const unsigned every = GENERATE(2U, 3U, 5U);
    const bool cut = GENERATE(true, false);
    unsigned asked = 0;
    world.portal.set_answer_hook([&](const SeenRequest& request, std::string& body) {
        if (request.kind != "query" || ++asked % every != 0) return;
        if (!cut) {
            body = R"({"isSuccess":true,"data":[]})";
            return;
        }
        const std::size_t first = body.find(R"(,{"_id")");
        if (first != std::string::npos) body = body.substr(0, first) + "]}";
    });
    const Job row = world.reconcile(true);
    CHECK(row.deleted == 0);
    CHECK(world.live() == 400);
    CHECK(asked >= every);
}

TEST_CASE("reconcile: a portal that lists nothing but still has the records deletes none") {
    BoundedWorld world({.totals = false});
    world.put_many(1, 50, 10, kOld);
    world.good_pass();
    world.portal.set_answer_hook([](const SeenRequest& request, std::string& body) {
        if (request.kind == "query") body = R"({"isSuccess":true,"data":[]})";
    });
    const Job row = world.reconcile(true);
    CHECK(row.gone == 50);
    CHECK(row.deleted == 0);  // each still exists when it is requested by id
    CHECK(row.holes == 50);
    CHECK(world.live() == 50);
}

TEST_CASE("reconcile: a record that left the stream's filter is removed from the store (hazard 14)") {
    BoundedWorld world;
    world.settings.spec.filter = R"({"status":"active"})";
    for (unsigned n = 1; n <= 40; ++n)
        world.put(n, old_minute(n), R"(,"status":"active")");
    world.good_pass();
    world.put(3, old_minute(1'000), R"(,"status":"void")");
    world.good_pass();
    CHECK(world.live() == 40);
    const Job first = world.reconcile();
    CHECK(first.deleted == 0);
    CHECK(first.awaiting == 1);
    CHECK(world.reconcile().deleted == 0);  // the second check follows an overlap after the first
    world.clock.run_for(world.settings.overlap + 1s);
    const Job second = world.reconcile();
    CHECK(second.deleted == 1);
    CHECK(second.holes == 0);
    CHECK(world.is_deleted(3));
    CHECK(world.tables().omitted.empty());
}

TEST_CASE("regression: reconcile treated records that it had to request in smaller responses as returned") {
    BoundedWorld world;
    world.put_many(1, 100, 10, kOld);
    world.good_pass();
    for (unsigned n = 1; n <= 20; ++n)
        world.erase(n * 5);
    std::size_t failures = 0;
    world.portal.set_fault_hook([&](const SeenRequest& request) -> std::optional<Error> {
        if (request.text.find("$in") == std::string::npos || ++failures > 3) return std::nullopt;
        return Error{.code = ErrorCode::server_failed, .operation = "test", .subject = "", .hint = ""};
    });
    const Job row = world.reconcile(true);
    CHECK(failures > 3);
    CHECK(row.deleted == 20);
    world.check_same();
}

TEST_CASE(
    "regression: reconcile kept records that had left the stream's filter and that no response contains") {
    BoundedWorld world({.response_limit_bytes = 5'000});
    world.settings.spec.filter = R"({"status":"active"})";
    for (unsigned n = 1; n <= 9; ++n)
        world.put(n, kOld, R"(,"status":"active")");
    world.good_pass();
    world.put(3, old_minute(1), R"(,"status":"void","signature":")" + std::string(6'000, 'x') + "\"");
    CHECK(world.reconcile(true).awaiting == 1);
    world.clock.run_for(world.settings.overlap + 1s);
    CHECK(world.reconcile(true).deleted == 1);
    CHECK(world.is_deleted(3));
}

// No record was left to prove the dialect with (simulate --seed 165 --hours 0.5).
TEST_CASE("regression: reconcile could not begin if the new filter matches nothing") {
    BoundedWorld world;
    world.put_many(1, 30, 10, kOld);
    world.good_pass();
    world.settings.spec.filter = R"({"status":"active"})";
    CHECK(world.good_pass().from_the_start);
    CHECK(world.reconcile().awaiting == 30);
    world.clock.run_for(world.settings.overlap + 1s);
    CHECK(world.reconcile().deleted == 30);
    CHECK(world.live() == 0);
}

TEST_CASE("reconcile: a record that is stored again meanwhile is not marked") {
    BoundedWorld world;
    world.put_many(1, 30, 10, kOld);
    world.good_pass();
    world.erase(4);
    // Between the denial and the mark, the portal has it again and the stream's own pass stores it.
    world.store->set_fault_hook([&](std::string_view operation) -> std::optional<StoreFault> {
        if (operation == "commit")
            world.content->tables.records.at({kEntity, "000000000000000000000004"}).modified =
                world.clock.wall().to_string();
        return std::nullopt;
    });
    const Job row = world.reconcile();
    CHECK(row.gone == 1);
    CHECK(row.deleted == 0);
    CHECK(world.live() == 30);
}

TEST_CASE("reconcile: an interrupted one starts again and ends as if it had not been interrupted") {
    BoundedWorld world({.totals = false});
    world.put_many(1, 300, 20, kOld);
    world.settings.page_size = 50;
    world.memory = StreamMemory(50);
    world.good_pass();
    for (unsigned n = 10; n < 20; ++n)
        world.erase(n);
    const Job requested{.id = 1, .stream = kEntity, .whole = true};
    world.content->tables.passes[1] = requested;
    world.content->last_pass = 1;
    for (std::size_t fails_at = 1; fails_at < 30; fails_at += 3) {
        std::size_t calls = 0;
        world.store->set_fault_hook([&](std::string_view) -> std::optional<StoreFault> {
            if (++calls != fails_at) return std::nullopt;
            return StoreFault{
                .error = {.code = ErrorCode::store_busy, .operation = "test", .subject = "", .hint = ""}};
        });
        (void)world.attempt(requested);
    }
    world.store->set_fault_hook({});
    const Job row = world.reconcile(true);
    CHECK(row.status == JobStatus::done);
    CHECK(world.live() == 290);
    world.check_same();
}

TEST_CASE("regression: reconcile: a hard delete of a record dated 2099 was never marked") {
    BoundedWorld world;
    world.put_many(1, 20, 5, kOld);
    world.put(30, at("2099-12-31T00:00:00Z"));
    world.good_pass();
    world.erase(30);
    CHECK(world.reconcile(true).deleted == 1);
    CHECK(world.is_deleted(30));
}
