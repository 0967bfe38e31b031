// Which versions are taken, and what the change log records about them.
#include "contract/backend.hpp"
#include "support/pages.hpp"

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

Batch batch_of(const std::vector<TestRecord>& records) {
    return {.stream = kStream, .page = make_page(records), .state = {}, .unreachable = {}};
}

std::vector<ChangeKind> kinds(const StoreContent& content) {
    std::vector<ChangeKind> found;
    for (const auto& change : content.changes)
        found.push_back(change.kind);
    return found;
}

}  // namespace

TEMPLATE_TEST_CASE("a new record is stored with its bytes, its hash and one change", "", SqliteBackend,
                   PostgresBackend, MemoryBackend) {
    TestType backend;
    const std::string body =
        R"({"_id":"a","modified":"2024-01-01T00:00:00.0000000Z","name":"Zoë \"x\" 'y'"})";
    const CommitSummary summary =
        backend.commit(batch_of({{.id = "a", .modified = test_time_text(), .body = body}}));
    CHECK(summary.created == 1);
    CHECK(summary.changes() == 1);
    CHECK(summary.last_seq == 1);
    CHECK(summary.written);

    const StoreContent content = backend.content();
    REQUIRE(content.records.size() == 1);
    const StoreContent::Held& held = content.records.at({kStream, "a"});
    CHECK(held.body == body);
    CHECK(held.hash == sha256(body));
    CHECK(held.modified == test_time_text());
    CHECK(held.seq == 1);
    CHECK_FALSE(held.deleted_at);
    REQUIRE(content.changes.size() == 1);
    CHECK(content.changes[0].committed_at == "2024-01-01T00:00:00.000Z");
    CHECK(check_changes(content).empty());
}

TEMPLATE_TEST_CASE("versions already held write nothing", "", SqliteBackend, PostgresBackend, MemoryBackend) {
    TestType backend;
    const std::vector<TestRecord> records{
        {"a", test_time_text(1)}, {"b", test_time_text(1)}, {"c", test_time_text(2)}};
    backend.commit(batch_of(records));
    const StoreContent before = backend.content();
    backend.clock().set(test_time(100));
    const CommitSummary again = backend.commit(batch_of(records));
    CHECK(again.unchanged == 3);
    CHECK(again.changes() == 0);
    CHECK_FALSE(again.written);
    CHECK(again.last_seq == 3);
    CHECK(backend.content() == before);
}

TEMPLATE_TEST_CASE("an older version is doubted until every replica must return the one held", "",
                   SqliteBackend, PostgresBackend, MemoryBackend) {
    TestType backend;
    backend.commit(batch_of({{"a", test_time_text(5), R"({"v":5})"}}));
    Batch batch = batch_of({{"a", test_time_text(4), R"({"v":4})"}});
    batch.asked_at = test_time(10);
    const CommitSummary older = backend.commit(batch);
    CHECK(older.doubted == 1);
    CHECK(older.changes() == 0);
    CHECK(older.written);
    CHECK_FALSE(backend.commit(batch).written);
    const CommitSummary newer = backend.commit(batch_of({{"a", test_time_text(6), R"({"v":6})"}}));
    CHECK(newer.updated == 1);
    const StoreContent content = backend.content();
    CHECK(content.records.at({kStream, "a"}).body == R"({"v":6})");
    CHECK(kinds(content) == std::vector{ChangeKind::created, ChangeKind::updated});
}

TEMPLATE_TEST_CASE("content that changed with the same modified is an update", "", SqliteBackend,
                   PostgresBackend, MemoryBackend) {
    TestType backend;
    backend.commit(batch_of({{"a", test_time_text(), R"({"v":1})"}}));
    CHECK(backend.commit(batch_of({{"a", test_time_text(), R"({"v":2})"}})).updated == 1);
    CHECK(backend.content().records.at({kStream, "a"}).body == R"({"v":2})");
}

TEMPLATE_TEST_CASE("the same instant in another format is the same version", "", SqliteBackend,
                   PostgresBackend, MemoryBackend) {
    TestType backend;
    backend.commit(batch_of({{"a", "2024-01-01T00:00:00.0000000Z", R"({"v":1})"}}));
    const CommitSummary again = backend.commit(batch_of({{"a", "2024-01-01T00:00:00.000Z", R"({"v":1})"}}));
    CHECK(again.unchanged == 1);
    CHECK_FALSE(again.written);
}

TEMPLATE_TEST_CASE("a record disabled and enabled again is logged as disabled and restored", "",
                   SqliteBackend, PostgresBackend, MemoryBackend) {
    TestType backend;
    const auto version = [](std::int64_t second, bool disabled) {
        return batch_of({{.id = "a", .modified = test_time_text(second), .disabled = disabled}});
    };
    CHECK(backend.commit(version(1, false)).created == 1);
    CHECK(backend.commit(version(2, true)).disabled == 1);
    backend.reopen();
    CHECK(backend.commit(version(3, false)).restored == 1);
    CHECK(backend.commit(version(4, false)).updated == 1);
    CHECK(backend.commit(batch_of({{.id = "b", .modified = test_time_text(), .disabled = true}})).disabled ==
          1);
    CHECK(check_changes(backend.content()).empty());
}

TEMPLATE_TEST_CASE("duplicate ids in a page are applied in the order of the page", "", SqliteBackend,
                   PostgresBackend, MemoryBackend) {
    TestType backend;
    const CommitSummary rising = backend.commit(batch_of({{"a", test_time_text(1), R"({"v":1})"},
                                                          {"b", test_time_text(1)},
                                                          {"a", test_time_text(2), R"({"v":2})"}}));
    CHECK(rising.created == 2);
    CHECK(rising.updated == 1);
    const CommitSummary falling = backend.commit(batch_of({{"c", test_time_text(2), R"({"v":2})"},
                                                           {"c", test_time_text(1), R"({"v":1})"},
                                                           {"c", test_time_text(2), R"({"v":2})"}}));
    CHECK(falling.created == 1);
    CHECK(falling.doubted == 1);  // there is no order within one response
    CHECK(falling.unchanged == 1);
    const StoreContent content = backend.content();
    CHECK(content.records.at({kStream, "a"}).body == R"({"v":2})");
    CHECK(content.records.at({kStream, "c"}).body == R"({"v":2})");
    CHECK(check_changes(content).empty());
}

TEMPLATE_TEST_CASE("known and new records may alternate in a page", "", SqliteBackend, PostgresBackend,
                   MemoryBackend) {
    TestType backend;
    std::vector<TestRecord> odd;
    std::vector<TestRecord> all;
    for (int i = 0; i < 40; ++i) {
        const TestRecord record{"r" + std::to_string(i), test_time_text(i)};
        if (i % 2 == 1) odd.push_back(record);
        all.push_back(record);
    }
    backend.commit(batch_of(odd));
    const CommitSummary summary = backend.commit(batch_of(all));
    CHECK(summary.created == 20);
    CHECK(summary.unchanged == 20);
    CHECK(check_changes(backend.content()).empty());
}

TEMPLATE_TEST_CASE("sequence numbers have no gaps across commits and restarts", "", SqliteBackend,
                   PostgresBackend, MemoryBackend) {
    TestType backend;
    for (int i = 0; i < 6; ++i) {
        if (i % 2 == 1) backend.reopen();
        const std::string id = std::to_string(i / 2);
        const CommitSummary summary =
            backend.commit(batch_of({{id, test_time_text(i)}, {id + "x", test_time_text(i)}}));
        CHECK(summary.last_seq == 2 * static_cast<std::uint64_t>(i + 1));
    }
    CHECK(check_changes(backend.content()).empty());
}

TEMPLATE_TEST_CASE("streams are separate even if they contain the same id", "", SqliteBackend,
                   PostgresBackend, MemoryBackend) {
    TestType backend;
    backend.commit(batch_of({{"a", test_time_text(1)}}));
    const Batch other{
        .stream = "family", .page = make_page({{"a", test_time_text(1)}}), .state = {}, .unreachable = {}};
    CHECK(backend.commit(other).created == 1);
    CHECK(backend.commit(other).unchanged == 1);
    CHECK(backend.content().records.size() == 2);
    CHECK(check_changes(backend.content()).empty());
}

TEMPLATE_TEST_CASE("ids that look like SQL are only ids", "", SqliteBackend, PostgresBackend, MemoryBackend) {
    TestType backend;
    std::vector<TestRecord> records;
    for (const char* id :
         {"'", "''; DROP TABLE records; --", "%", "_", "100%s", "a\"b", "?1", "NULL", "é", "\\", " "}) {
        records.push_back({id, test_time_text(), R"({"strange":"id"})"});
    }
    CHECK(backend.commit(batch_of(records)).created == records.size());
    CHECK(backend.commit(batch_of(records)).unchanged == records.size());
    const StoreContent content = backend.content();
    for (const TestRecord& record : records)
        CHECK(content.records.count({kStream, record.id}) == 1);
    CHECK(check_changes(content).empty());
}

TEMPLATE_TEST_CASE("a record of 9 MB is stored byte for byte", "", SqliteBackend, PostgresBackend,
                   MemoryBackend) {
    TestType backend;
    std::string body = R"({"providerSignature":")";
    for (std::size_t i = 0; body.size() < 9'000'000; ++i)
        body += static_cast<char>('A' + i * 7 % 26);
    body += "\"}";
    backend.commit(batch_of({{"small", test_time_text()}, {"big", test_time_text(), body}}));
    CHECK(backend.commit(batch_of({{"big", test_time_text(), body}})).unchanged == 1);
    const StoreContent content = backend.content();
    CHECK((content.records.at({kStream, "big"}).body == body));
    body[body.size() / 2] = '!';
    CHECK(backend.commit(batch_of({{"big", test_time_text(), body}})).updated == 1);
    CHECK((backend.content().records.at({kStream, "big"}).body == body));
}

TEMPLATE_TEST_CASE("committed data is still there after reopening", "", SqliteBackend, PostgresBackend,
                   MemoryBackend) {
    TestType backend;
    Batch batch = batch_of({{"a", test_time_text(1)}, {"b", test_time_text(2)}});
    batch.state = test_state(kStream, test_time_text(2), "b");
    backend.commit(batch);
    backend.save_requests("2024-01", {.sent = 7});
    const StoreContent before = backend.content();
    backend.reopen();
    CHECK(backend.content() == before);
    CHECK_FALSE(backend.commit(batch).written);
}
