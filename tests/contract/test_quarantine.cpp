// Invalid records: kept completely, counted, and removed from quarantine when they are valid again.
#include "contract/backend.hpp"
#include "support/pages.hpp"

#include <catch2/catch.hpp>

using namespace carecloud;
using namespace std::chrono_literals;

namespace {

Batch invalid_batch(const std::vector<TestInvalid>& invalid, const std::vector<TestRecord>& records = {}) {
    return {.stream = kStream, .page = make_page(records, invalid), .state = {}, .unreachable = {}};
}

}  // namespace

TEMPLATE_TEST_CASE("an invalid record is quarantined with its bytes, the others are stored", "",
                   SqliteBackend, PostgresBackend, MemoryBackend) {
    TestType backend;
    const CommitSummary summary = backend.commit(invalid_batch(
        {{"bad", "yesterday", "modified: not a time", R"({"_id":"bad"})"}}, {{"good", test_time_text()}}));
    CHECK(summary.created == 1);
    CHECK(summary.quarantined == 1);
    CHECK(summary.changes() == 1);
    const StoreContent content = backend.content();
    CHECK(content.records.count({kStream, "bad"}) == 0);
    const StoreContent::Quarantined& row = content.quarantine.at({kStream, "bad"});
    CHECK(row.modified == "yesterday");
    CHECK(row.reason == "modified: not a time");
    CHECK(row.body == R"({"_id":"bad"})");
    CHECK(row.attempts == 1);
    CHECK(row.first_at == "2024-01-01T00:00:00.000Z");
    CHECK(row.last_at == row.first_at);
}

TEMPLATE_TEST_CASE("the same invalid record again writes nothing", "", SqliteBackend, PostgresBackend,
                   MemoryBackend) {
    TestType backend;
    backend.commit(invalid_batch({{"bad", "yesterday"}}));
    const StoreContent before = backend.content();
    backend.clock().set(test_time(60));
    const CommitSummary again = backend.commit(invalid_batch({{"bad", "yesterday"}}));
    CHECK(again.quarantined == 0);
    CHECK_FALSE(again.written);
    CHECK(backend.content() == before);
}

TEMPLATE_TEST_CASE("another modified or reason is another attempt", "", SqliteBackend, PostgresBackend,
                   MemoryBackend) {
    TestType backend;
    backend.commit(invalid_batch({{"bad", "yesterday"}}));
    backend.clock().set(test_time(60));
    CHECK(
        backend.commit(invalid_batch({{"bad", "today", "modified: not a time", R"({"v":2})"}})).quarantined ==
        1);
    CHECK(backend.commit(invalid_batch({{"bad", "today", "entityId: twice", R"({"v":3})"}})).quarantined ==
          1);
    const StoreContent::Quarantined row = backend.content().quarantine.at({kStream, "bad"});
    CHECK(row.attempts == 3);
    CHECK(row.modified == "today");
    CHECK(row.body == R"({"v":3})");
    CHECK(row.first_at == "2024-01-01T00:00:00.000Z");
    CHECK(row.last_at == "2024-01-01T00:01:00.000Z");
}

TEMPLATE_TEST_CASE("a stored record is removed from quarantine", "", SqliteBackend, PostgresBackend,
                   MemoryBackend) {
    TestType backend;
    backend.commit(invalid_batch({{"bad", "yesterday"}, {"worse", "yesterday"}}));
    backend.reopen();
    CHECK(backend.commit(invalid_batch({}, {{"bad", test_time_text()}})).created == 1);
    StoreContent content = backend.content();
    CHECK(content.quarantine.count({kStream, "bad"}) == 0);
    CHECK(content.quarantine.count({kStream, "worse"}) == 1);
    // In another stream, it is another record.
    Batch other = invalid_batch({}, {{"worse", test_time_text()}});
    other.stream = "family";
    backend.commit(other);
    CHECK(backend.content().quarantine.count({kStream, "worse"}) == 1);
}

TEMPLATE_TEST_CASE(
    "a record that is denied, deleted, or valid in the version held is removed from quarantine", "",
    SqliteBackend, PostgresBackend, MemoryBackend) {
    const std::string held = test_time_text();
    const std::string newer = test_time_text(60);
    TestType backend;
    backend.commit(invalid_batch({}, {{"a", held}, {"b", held}, {"c", held}, {"d", held}}));
    backend.commit(
        invalid_batch({{"a", held}, {"b", newer}, {"c", "yesterday"}, {"d", newer}, {"e", newer}}));
    const auto aside = [&] {
        std::string ids;
        for (const auto& [key, row] : backend.content().quarantine)
            ids += key.second;
        return ids;
    };
    // The held version proves nothing about a newer version, or about one without a time.
    const CommitSummary read = backend.commit(invalid_batch({}, {{"a", held}, {"b", held}, {"c", held}}));
    CHECK(read.unchanged == 3);
    CHECK(read.released == 1);
    CHECK(read.written);
    CHECK(aside() == "bcde");
    const Batch denied{.stream = kStream, .released = {"e", "never"}};
    CHECK(backend.commit(denied).released == 1);
    CHECK(aside() == "bcd");
    const Batch gone{.stream = kStream, .gone = {{"d", held, test_time()}}};
    const CommitSummary deleted = backend.commit(gone);
    CHECK(deleted.deleted == 1);
    CHECK(deleted.released == 1);
    CHECK(aside() == "bc");
    backend.reopen();
    CHECK(aside() == "bc");
    CHECK_FALSE(backend.commit(denied).written);
}

TEMPLATE_TEST_CASE("the first quarantined records are named", "", SqliteBackend, PostgresBackend,
                   MemoryBackend) {
    TestType backend;
    std::vector<TestInvalid> many;
    for (int i = 0; i < 25; ++i)
        many.push_back({"id" + std::to_string(100 + i), "yesterday"});
    const CommitSummary summary = backend.commit(invalid_batch(many));
    CHECK(summary.quarantined == 25);
    REQUIRE(summary.quarantined_ids.size() == kQuarantinedNamedMax);
    CHECK(summary.quarantined_ids.front() == "id100");
}

TEMPLATE_TEST_CASE("if an id is both valid and invalid in a page, the invalid record is noticed once", "",
                   SqliteBackend, PostgresBackend, MemoryBackend) {
    const std::string modified = GENERATE(as<std::string>(), "yesterday", test_time_text());
    TestType backend;
    const Batch batch = invalid_batch({{"a", modified}}, {{"a", test_time_text()}});
    CHECK(backend.commit(batch).quarantined == 1);
    const StoreContent before = backend.content();
    CHECK(before.records.count({kStream, "a"}) == 1);
    CHECK(before.quarantine.count({kStream, "a"}) == 1);
    CHECK_FALSE(backend.commit(batch).written);
    CHECK(backend.content() == before);
}

TEMPLATE_TEST_CASE("a record that no response can contain is quarantined by its key", "", SqliteBackend,
                   PostgresBackend, MemoryBackend) {
    TestType backend;
    Batch batch{.stream = kStream, .page = nullptr, .state = {}, .unreachable = {}};
    batch.unreachable.push_back(
        {.id = "huge", .modified_text = test_time_text(3), .reason = "too large", .body = {}});
    CHECK(backend.commit(batch).quarantined == 1);
    const StoreContent::Quarantined first = backend.content().quarantine.at({kStream, "huge"});
    CHECK(first.attempts == 1);
    // Each time counts as another attempt, so the next one is due later.
    CHECK(backend.commit(batch).written);
    const StoreContent::Quarantined row = backend.content().quarantine.at({kStream, "huge"});
    CHECK(row.attempts == 2);
    CHECK(row.first_at == first.first_at);
    CHECK(row.body.empty());
    CHECK(row.modified == test_time_text(3));
    // A newer version that does arrive is taken, and the row is removed.
    CHECK(backend.commit(invalid_batch({}, {{"huge", test_time_text(4)}})).created == 1);
    CHECK(backend.content().quarantine.empty());
}

TEMPLATE_TEST_CASE("records without a body are due for another attempt, in order of their last attempt", "",
                   SqliteBackend, PostgresBackend, MemoryBackend) {
    TestType backend;
    const auto quarantine = [&](const std::string& id) {
        Batch batch{.stream = kStream};
        batch.unreachable.push_back(
            {.id = id, .modified_text = test_time_text(3), .reason = "too large", .body = {}});
        backend.commit(batch);
        backend.clock().set({backend.clock().wall().ticks + Timestamp::ticks_per_second});
    };
    const auto after = [&, start = backend.clock().wall()](std::chrono::seconds time) {
        return start + time;
    };
    backend.commit(invalid_batch({}, {{"whole", test_time_text(1)}}));
    for (const char* id : {"a", "b", "c", "a"})
        quarantine(id);
    CHECK(backend.untried(after(4s), 10).empty());
    const std::vector<Key> all = backend.untried(after(14s), 10);
    REQUIRE(all.size() == 3);
    CHECK(all[0].id == "b");
    CHECK(all[1].id == "c");
    CHECK(all[2].id == "a");
    CHECK(all[0].modified_text == test_time_text(3));
    CHECK(backend.untried(after(14s), 2).size() == 2);
    // After the first attempts, one in an hour.
    quarantine("a");
    CHECK(backend.untried(after(20s), 10).size() == 3);
    quarantine("a");
    CHECK(backend.untried(after(20s), 10).size() == 2);
    CHECK(backend.untried(after(3600s), 10).size() == 2);
    CHECK(backend.untried(after(3606s), 10).size() == 3);
}

TEMPLATE_TEST_CASE("records that are not valid JSON are due every hour, and after a day once per day", "",
                   SqliteBackend, PostgresBackend, MemoryBackend) {
    TestType backend;
    const auto advance = [&](std::int64_t hours) {
        backend.clock().set({backend.clock().wall().ticks + hours * 3600 * Timestamp::ticks_per_second});
    };
    const auto due = [&] { return backend.untried(backend.clock().wall(), 10).size(); };
    const std::string reason = std::string(kNotJsonReason) + "a raw control character";
    const std::string body = std::string(R"({"_id":"bad","a":")") + '\0' + "\xFF\t\"}";
    backend.commit(invalid_batch({{"bad", test_time_text(1), reason, body},
                                  {"sha256:00", "", reason, body},
                                  {"other", test_time_text(1), "modified: not a time", "{}"}}));
    CHECK(backend.content().quarantine.at({kStream, "bad"}).body == body);
    CHECK(due() == 0);
    for (int attempt = 2; attempt <= 25; ++attempt) {
        advance(2);
        REQUIRE(due() == 1);
        Batch batch{.stream = kStream};
        batch.unreachable.push_back({.id = "bad",
                                     .modified_text = test_time_text(1),
                                     .reason = reason,
                                     .body = body,
                                     .not_json = true});
        CHECK(backend.commit(batch).written);
        CHECK(due() == 0);
    }
    CHECK(backend.content().quarantine.at({kStream, "bad"}).attempts == 25);
    advance(2);
    CHECK(due() == 0);
    advance(23);
    CHECK(due() == 1);
}
