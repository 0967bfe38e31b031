// Versions that may be older than the one held, and records that listings omit (hazards 22, 30 and 38).
#include "contract/backend.hpp"
#include "support/pages.hpp"

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

Asked answer(std::int64_t sent, std::int64_t received) {
    return {{Duration(sent)}, {Duration(received)}};
}

// A version of the record "a", requested at that second of the portal's time.
Batch version(std::int64_t modified, const std::string& body, std::int64_t asked_at, Asked asked = {}) {
    Batch batch{.stream = kStream,
                .page = make_page({{"a", test_time_text(modified), "{\"v\":\"" + body + "\"}"}}, {}, asked)};
    batch.asked_at = test_time(asked_at);
    return batch;
}

Key key(std::int64_t modified) {
    return {"a", test_time_text(modified), test_time(modified)};
}

std::string body(Backend& backend) {
    return backend.content().records.at({kStream, "a"}).body;
}

}  // namespace

TEMPLATE_TEST_CASE("a doubted version is stored as doubted, becomes due, and is then taken with one change",
                   "", SqliteBackend, PostgresBackend, MemoryBackend) {
    TestType backend;
    backend.commit(version(2, "first", 3));
    CHECK(backend.commit(version(0, "second", 5)).doubted == 1);
    CHECK(body(backend) == R"({"v":"first"})");
    CHECK(backend.unknown(kStream, {key(0), key(2), key(1)}) == std::vector<std::size_t>{2});
    const Rechecks waiting = backend.rechecks(kStream, 10);
    REQUIRE(waiting.doubted.size() == 1);
    CHECK(waiting.doubted[0].key.id == "a");
    CHECK(waiting.doubted[0].ask_at == test_time(602));
    CHECK(backend.held(kStream, {"a"})[0]->doubted);
    CHECK(backend.content().doubted.at({kStream, "a"}).first_seen == test_time_text(5));

    backend.reopen();
    CHECK_FALSE(backend.commit(version(0, "second", 601)).written);
    const CommitSummary due = backend.commit(version(0, "second", 602));
    CHECK(due.updated == 1);
    CHECK(due.undoubted == 1);
    CHECK(due.reversed == 0);
    CHECK(body(backend) == R"({"v":"second"})");
    const StoreContent content = backend.content();
    CHECK(content.doubted.empty());
    CHECK(content.changes.size() == 2);
    CHECK(content.changes.back().previous == 1);
    CHECK(check_changes(content).empty());
}

TEMPLATE_TEST_CASE(
    "bytes that differ in each response are doubted once, then unsteady, and taken when the doubt is due", "",
    SqliteBackend, PostgresBackend, MemoryBackend) {
    TestType backend;
    backend.commit(version(2, "first", 3));
    CHECK(backend.commit(version(2, "second", 5)).doubted == 1);
    const CommitSummary third = backend.commit(version(2, "third", 6));
    CHECK(third.unsteady == 1);
    CHECK(third.doubted == 0);
    CHECK_FALSE(third.written);
    CHECK(backend.rechecks(kStream, 10).doubted.at(0).ask_at == test_time(602));
    CHECK(backend.commit(version(2, "fourth", 602)).updated == 1);
    CHECK(body(backend) == R"({"v":"fourth"})");
    CHECK(backend.commit(version(2, "fifth", 700)).unsteady == 1);
    CHECK(backend.content().doubted.empty());
}

TEMPLATE_TEST_CASE(
    "a doubt ends if the version held is returned when it is due, or the record is not returned", "",
    SqliteBackend, PostgresBackend, MemoryBackend) {
    TestType backend;
    backend.commit(version(2, "first", 3));
    backend.commit(version(0, "second", 5));
    CHECK(backend.commit(version(2, "first", 500)).undoubted == 0);
    CHECK(backend.commit(version(2, "first", 602)).undoubted == 1);
    CHECK(backend.content().doubted.empty());
    CHECK(backend.content().changes.size() == 1);

    backend.commit(version(0, "second", 10));
    CHECK(backend.commit({.stream = kStream, .undoubted = {"a", "nobody"}}).undoubted == 1);
    CHECK(backend.rechecks(kStream, 10).doubted.empty());
}

TEMPLATE_TEST_CASE("a replica that lags longer than the overlap makes a record alternate less and less often",
                   "", SqliteBackend, PostgresBackend, MemoryBackend) {
    TestType backend;
    std::int64_t now = 0;
    std::size_t changes = 0;
    // Two replicas respond alternately, every minute for a day.
    for (int i = 0; i < 1440; ++i, now += 60) {
        backend.clock().set(test_time(now));
        changes += backend.commit(i % 2 == 0 ? version(-2, "old", now) : version(-1, "new", now)).changes();
    }
    CHECK(changes >= 3);
    CHECK(changes <= 12);
    const StoreContent content = backend.content();
    CHECK(content.changes.back().reversal > 0);
    CHECK(check_changes(content).empty());
    CHECK(backend.rechecks(kStream, 1).reversed_at == Timestamp::parse(content.changes.back().committed_at));
    CHECK(backend.rechecks("family", 1).reversed_at == std::nullopt);
}

TEMPLATE_TEST_CASE("of overlapping responses the newer version wins, and others are doubted (hazard 22)", "",
                   SqliteBackend, PostgresBackend, MemoryBackend) {
    TestType backend;
    backend.commit(version(5, "held", 100'000, answer(10, 20)));
    CHECK(backend.commit(version(4, "older", 100'000, answer(19, 30))).doubted == 1);
    CHECK(backend.commit(version(6, "newer", 100'000, answer(19, 40))).updated == 1);
    CHECK(backend.commit({.stream = kStream, .undoubted = {"a"}}).undoubted == 1);
    CHECK(backend.commit(version(4, "older", 100'000, answer(40, 50))).updated == 1);
}

TEMPLATE_TEST_CASE("a response that was not requested after the denial does not restore a record", "",
                   SqliteBackend, PostgresBackend, MemoryBackend) {
    TestType backend;
    backend.commit(version(1, "x", 100'000, answer(10, 20)));
    Batch gone{.stream = kStream, .gone = {key(1)}};
    gone.denied = answer(15, 30);
    CHECK(backend.commit(gone).deleted == 0);  // it was requested before the version arrived
    gone.denied = answer(20, 30);
    CHECK(backend.commit(gone).deleted == 1);
    const CommitSummary early = backend.commit(version(1, "x", 100'000, answer(29, 40)));
    CHECK(early.changes() == 0);
    CHECK(early.doubted == 1);
    CHECK(backend.commit(version(1, "x", 100'000, answer(30, 40))).restored == 1);
}

TEMPLATE_TEST_CASE("bytes that change with the same modified are written once per day", "", SqliteBackend,
                   PostgresBackend, MemoryBackend) {
    TestType backend;
    std::size_t updates = 0;
    std::size_t unsteady = 0;
    for (int hours = 0; hours < 72; ++hours) {
        backend.clock().set(test_time(hours * 3600));
        const CommitSummary summary = backend.commit(version(-9'999, std::to_string(hours), hours * 3600));
        updates += summary.updated;
        unsteady += summary.unsteady;
        CHECK(summary.doubted == 0);
    }
    CHECK(updates == 3);
    CHECK(unsteady == 72 - 1 - 3);
    backend.clock().set(test_time(72 * 3600));
    Batch on_demand = version(-9'999, "on_demand", 72 * 3600);
    on_demand.on_demand = true;
    CHECK(backend.commit(on_demand).updated == 1);
}

TEMPLATE_TEST_CASE("omitted records wait once, until they are released or deleted", "", SqliteBackend,
                   PostgresBackend, MemoryBackend) {
    TestType backend;
    backend.commit(version(1, "x", 100));
    const Omission first{"a", test_time(50), true};
    CHECK(backend.commit({.stream = kStream, .omitted = {first}}).written);
    CHECK_FALSE(backend.commit({.stream = kStream, .omitted = {{"a", test_time(60), false}}}).written);
    backend.reopen();
    CHECK(backend.rechecks(kStream, 10).omitted == std::vector<Omission>{first});
    CHECK(backend.rechecks("family", 10).omitted.empty());
    CHECK(backend.commit({.stream = kStream, .unomitted = {"a"}}).written);
    CHECK(backend.rechecks(kStream, 10).omitted.empty());
}

TEMPLATE_TEST_CASE("a stream's row contains the fingerprint of its last whole reconciliation", "",
                   SqliteBackend, PostgresBackend, MemoryBackend) {
    TestType backend;
    StreamState state = test_state(kStream, test_time_text(), "a");
    backend.commit({.stream = kStream, .state = state});
    CHECK(backend.load(kStream)->reconciled_fingerprint == state.fingerprint);
    state.fingerprint = "another";
    backend.commit({.stream = kStream, .state = state});
    CHECK(backend.load(kStream)->reconciled_fingerprint.empty());
    CHECK(backend.commit({.stream = kStream, .reconciled = true}).written);
    CHECK(backend.load(kStream)->reconciled_fingerprint == "another");
    CHECK_FALSE(backend.commit({.stream = kStream, .reconciled = true}).written);
    state.cursor->id = "b";
    backend.commit({.stream = kStream, .state = state});
    CHECK(backend.load(kStream)->reconciled_fingerprint == "another");
}

TEMPLATE_TEST_CASE("a fingerprint that is restored does not count as reconciled", "", SqliteBackend,
                   PostgresBackend, MemoryBackend) {
    TestType backend;
    StreamState state = test_state(kStream, test_time_text(), "a");
    const std::string first = state.fingerprint;
    for (const std::string& fingerprint : {first, std::string("another"), first}) {
        state.fingerprint = fingerprint;
        backend.commit({.stream = kStream, .state = state});
    }
    backend.reopen();
    CHECK(backend.load(kStream)->fingerprint == first);
    CHECK(backend.load(kStream)->reconciled_fingerprint.empty());
}

TEMPLATE_TEST_CASE("an event records which version was held when it arrived", "", SqliteBackend,
                   PostgresBackend, MemoryBackend) {
    TestType backend;
    backend.commit(version(1, "x", 100));
    backend.receive({.message_id = "m1", .stream = kStream, .record_id = "a", .body = "{}"});
    backend.receive({.message_id = "m2", .stream = kStream, .record_id = "nobody", .body = "{}"});
    backend.commit(version(2, "y", 100));
    CHECK(backend.held_seqs(kStream) == std::vector<std::uint64_t>{1, 0});
    const HeldRecord held = *backend.held(kStream, {"a"})[0];
    CHECK(held.seq == 2);
    CHECK(held.hash == sha256(R"({"v":"y"})"));
}
