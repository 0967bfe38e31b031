// The stream's row, the lookup of keys, and the month's count of requests.
#include "contract/backend.hpp"
#include "support/pages.hpp"

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

Batch state_batch(const StreamState& state) {
    return {.stream = state.stream, .page = nullptr, .state = state, .unreachable = {}};
}

}  // namespace

TEMPLATE_TEST_CASE("a stream that never committed has no row", "", SqliteBackend, PostgresBackend,
                   MemoryBackend) {
    TestType backend;
    CHECK_FALSE(backend.load(kStream));
    const Batch page_only{
        .stream = kStream, .page = make_page({{"a", test_time_text()}}), .state = {}, .unreachable = {}};
    backend.commit(page_only);
    CHECK_FALSE(backend.load(kStream));  // a bounded fetch does not change the cursor
}

TEMPLATE_TEST_CASE("a state is read back as it was committed", "", SqliteBackend, PostgresBackend,
                   MemoryBackend) {
    TestType backend;
    StreamState state = test_state(kStream, "2024-03-13T19:08:57.1633051Z", "65f35b06e30c8a2e4578d118");
    state.safe = SafePoint{"2024-03-13T19:00:00.0000000Z", *Timestamp::parse("2024-03-13T19:00:00.0000000Z")};
    const CommitSummary summary = backend.commit(state_batch(state));
    CHECK(summary.written);
    CHECK(summary.changes() == 0);
    CHECK(summary.last_seq == 0);
    backend.reopen();
    state.updated_at = "2024-01-01T00:00:00.000Z";  // the store's own clock
    state.reconciled_fingerprint = state.fingerprint;
    CHECK(backend.load(kStream) == state);
}

TEMPLATE_TEST_CASE("a state without a cursor is read back without one", "", SqliteBackend, PostgresBackend,
                   MemoryBackend) {
    TestType backend;
    StreamState state = test_state(kStream, test_time_text(), "a");
    state.cursor.reset();
    state.safe.reset();
    state.dialect.clear();
    backend.commit(state_batch(state));
    const auto loaded = backend.load(kStream);
    REQUIRE(loaded);
    CHECK_FALSE(loaded->cursor);
    CHECK_FALSE(loaded->safe);
    CHECK(loaded->dialect.empty());
}

TEMPLATE_TEST_CASE("an unchanged state writes nothing", "", SqliteBackend, PostgresBackend, MemoryBackend) {
    TestType backend;
    StreamState state = test_state(kStream, test_time_text(), "a");
    backend.commit(state_batch(state));
    backend.clock().set(test_time(60));
    CHECK_FALSE(backend.commit(state_batch(state)).written);
    CHECK(backend.load(kStream)->updated_at == "2024-01-01T00:00:00.000Z");

    const auto moves = [&](auto change) {
        change(state);
        const bool written = backend.commit(state_batch(state)).written;
        return written && !backend.commit(state_batch(state)).written;
    };
    CHECK(moves([](StreamState& s) { s.cursor->id = "b"; }));
    CHECK(moves([](StreamState& s) { s.cursor = Cursor{test_time_text(5), test_time(5), s.cursor->id}; }));
    CHECK(moves([](StreamState& s) { s.safe.reset(); }));
    CHECK(moves([](StreamState& s) { s.cursor.reset(); }));
    CHECK(moves([](StreamState& s) { s.fingerprint = "{}"; }));
    CHECK(moves([](StreamState& s) { s.dialect = ""; }));
    CHECK(backend.load(kStream)->updated_at == "2024-01-01T00:01:00.000Z");
}

TEMPLATE_TEST_CASE("an empty page with a state changes only the state", "", SqliteBackend, PostgresBackend,
                   MemoryBackend) {
    TestType backend;
    Batch batch = state_batch(test_state(kStream, test_time_text(9), "z"));
    batch.page = make_page({});
    const CommitSummary summary = backend.commit(batch);
    CHECK(summary.written);
    CHECK(summary.changes() == 0);
    CHECK(backend.load(kStream)->cursor->id == "z");
    CHECK(backend.content().records.empty());
}

TEMPLATE_TEST_CASE("a batch with the state of another stream is refused as a whole", "", SqliteBackend,
                   PostgresBackend, MemoryBackend) {
    TestType backend;
    Batch batch = state_batch(test_state("family", test_time_text(), "a"));
    batch.stream = kStream;
    batch.page = make_page({{"a", test_time_text()}});
    CHECK(backend.commit_error(batch).code == ErrorCode::invalid_argument);
    CHECK(backend.content() == StoreContent{});
}

TEMPLATE_TEST_CASE("versions that are neither held nor in quarantine are unknown", "", SqliteBackend,
                   PostgresBackend, MemoryBackend) {
    TestType backend;
    const std::string t1 = test_time_text(1);
    const std::string t2 = test_time_text(2);
    const Batch batch{
        .stream = kStream,
        .page = make_page({{"a", t1}, {"b", t2}}, {{"bad", t1, "entityId: twice"}, {"worse", "yesterday"}}),
        .state = {},
        .unreachable = {}};
    CHECK(backend.unknown(kStream, {key("a", t1)}) == std::vector<std::size_t>{0});
    backend.commit(batch);
    const std::vector<Key> keys{key("new", t1),  // 0: never seen
                                key("a", t1),    // held
                                key("a", t2),    // 2: a newer version
                                key("b", t1),    // 3: an older version
                                key("bad", t1),  // in quarantine
                                key("bad", t2),  // 5: changed since
                                key("worse", "yesterday"),
                                key("b", "2024-01-01T00:00:02Z")};  // held, in another spelling
    CHECK(backend.unknown(kStream, keys) == std::vector<std::size_t>{0, 2, 3, 5});
    CHECK(backend.unknown("family", keys).size() == keys.size());
    CHECK(backend.unknown(kStream, {}).empty());
}

TEMPLATE_TEST_CASE("requests are kept by month, sent and reserved separately", "", SqliteBackend,
                   PostgresBackend, MemoryBackend) {
    TestType backend;
    CHECK(backend.requests("2024-01") == RequestCount{});
    CHECK(backend.content().quota.empty());
    backend.save_requests("2024-01", {.sent = 5, .reserved = 64});
    backend.save_requests("2024-02", {.sent = 0, .reserved = 1});
    backend.save_requests("2024-01", {.sent = 60, .reserved = 3});
    backend.reopen();
    CHECK(backend.requests("2024-01") == RequestCount{.sent = 60, .reserved = 3});
    CHECK(backend.requests("2024-02") == RequestCount{.sent = 0, .reserved = 1});
    CHECK(backend.content().quota.size() == 2);
}

TEMPLATE_TEST_CASE("the first pass of a stream is recorded once", "", SqliteBackend, PostgresBackend,
                   MemoryBackend) {
    TestType backend;
    CHECK(backend.first_passes().empty());
    backend.note_first_pass(kStream);
    backend.clock().set(test_time(5));
    backend.note_first_pass(kStream);
    backend.note_first_pass("family");
    backend.reopen();
    const std::map<std::string, Timestamp> first{{kStream, test_time()}, {"family", test_time(5)}};
    CHECK(backend.first_passes() == first);
}
