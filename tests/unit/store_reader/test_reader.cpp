// The reader beside the store: pages, their bounds, and that neither waits for the other.
#include "support/run_task.hpp"
#include "unit/store_reader/read_stores.hpp"

#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

// The stream "s" of a store.
template <class Backend>
class ReaderFixture : public Backend {
  public:
    explicit ReaderFixture(const ReadBounds& bounds = {}) : Backend(bounds) {}

    ChangePage changes(std::uint64_t since, std::size_t limit) {
        return *run_task(this->io(), this->reader().changes(since, limit));
    }
    std::optional<RecordRow> record(const std::string& id) {
        return *run_task(this->io(), this->reader().record("s", id));
    }
    RecordPage records(RecordFilter filter) {
        filter.stream = "s";
        return *run_task(this->io(), this->reader().records(std::move(filter)));
    }
    // The ids of all pages, and how many pages they took.
    std::vector<std::string> all_ids(RecordFilter filter, std::size_t* pages = nullptr) {
        std::vector<std::string> ids;
        for (std::optional<std::string> next = ""; next;) {
            filter.after = *next;
            RecordPage page = records(filter);
            for (const RecordRow& row : page.records)
                ids.push_back(row.id);
            next = page.next;
            if (pages) ++*pages;
        }
        return ids;
    }
    StoreCounts counts() { return *run_task(this->io(), this->reader().counts("2024-01")); }
    Result<CommitSummary> commit_page(PagePtr page) {
        return run_task(this->io(), this->store().commit({.stream = "s", .page = std::move(page)}));
    }
    void commit(const std::vector<TestRecord>& records, const std::vector<TestInvalid>& invalid = {}) {
        REQUIRE(commit_page(make_page(records, invalid)).has_value());
        // The first load is over: SQLite's store has its index.
        REQUIRE(run_task(this->io(), this->store().note_first_pass("s")).has_value());
    }
};

Event event_of(std::size_t number) {
    return {.message_id = "m" + std::to_string(number),
            .topic_arn = "topic",
            .event_type = "attendance",
            .stream = "s",
            .record_id = "r" + std::to_string(number),
            .body = "{}"};
}

}  // namespace

TEMPLATE_TEST_CASE("changes are read in order, page by page, with the newest number and the generation", "",
                   SqliteReadStore, PostgresReadStore) {
    ReaderFixture<TestType> fixture;
    CHECK(fixture.changes(0, 10).changes.empty());
    CHECK(fixture.changes(0, 10).newest_seq == 0);
    fixture.commit({{.id = "b", .modified = "2024-01-01T00:00:00.0000000Z"},
                    {.id = "a", .modified = "2024-01-02T00:00:00Z", .disabled = true}});
    fixture.commit({{.id = "b", .modified = "2024-01-03T00:00:00Z"}});
    const ChangePage first = fixture.changes(0, 2);
    CHECK(first.generation == fixture.value("SELECT value FROM meta WHERE name = 'generation'"));
    CHECK(first.newest_seq == 3);
    REQUIRE(first.changes.size() == 2);
    CHECK(first.changes[0].seq == 1);
    CHECK(first.changes[0].stream == "s");
    CHECK(first.changes[0].id == "b");
    CHECK(first.changes[0].kind == ChangeKind::created);
    CHECK(first.changes[0].modified == "2024-01-01T00:00:00.0000000Z");
    CHECK(first.changes[0].committed_at == "2024-01-01T00:00:00.000Z");
    CHECK(first.changes[1].kind == ChangeKind::disabled);
    const ChangePage second = fixture.changes(2, 2);
    REQUIRE(second.changes.size() == 1);
    CHECK(second.changes[0].kind == ChangeKind::updated);
    CHECK(second.changes[0].hash != first.changes[0].hash);
    CHECK(fixture.changes(3, 2).changes.empty());
}

TEMPLATE_TEST_CASE("the newest number survives the pruning of its row", "", SqliteReadStore,
                   PostgresReadStore) {
    ReaderFixture<TestType> fixture;
    fixture.commit({{.id = "a", .modified = "2024-01-01T00:00:00Z"}});
    fixture.sql("DELETE FROM changes");
    CHECK(fixture.changes(0, 10).newest_seq == 1);
    CHECK(fixture.counts().newest_seq == 1);
}

TEMPLATE_TEST_CASE("a record is read with its exact bytes", "", SqliteReadStore, PostgresReadStore) {
    ReaderFixture<TestType> fixture;
    const std::string body = "{ \"_id\" : \"a\",\t\"n\":1.50, \"text\":\"\xc3\xa4 \\u00e4\" }";
    fixture.commit({{.id = "a", .modified = "2024-01-01T00:00:00Z", .body = body}});
    const auto record = fixture.record("a");
    REQUIRE(record);
    CHECK(record->body == body);
    CHECK(record->hash == sha256(body));
    CHECK(record->seq == 1);
    CHECK_FALSE(record->deleted_at);
    CHECK_FALSE(fixture.record("b"));
    CHECK_FALSE(fixture.record("a' OR 1=1 --"));
    CHECK_FALSE(*run_task(fixture.io(), fixture.reader().record("other", "a")));
    fixture.sql("UPDATE records SET deleted_at = '2024-02-01T00:00:00.000Z'");
    CHECK(fixture.record("a")->deleted_at == "2024-02-01T00:00:00.000Z");
}

TEMPLATE_TEST_CASE("records are paged by id, within the limits of count and bytes, each exactly once", "",
                   SqliteReadStore, PostgresReadStore) {
    ReaderFixture<TestType> fixture({.bodies_bytes_max = 2500, .scanned_max = 20});
    std::vector<TestRecord> all;
    std::vector<std::string> expected;
    for (int i = 100; i < 200; ++i) {
        expected.push_back("r" + std::to_string(i));
        all.push_back({.id = expected.back(),
                       .modified = "2024-01-01T00:00:00Z",
                       .body = "{\"v\":\"" + std::string(1000, 'x') + "\"}"});
    }
    fixture.commit(all);
    std::size_t pages = 0;
    CHECK(fixture.all_ids({.limit = 1000}, &pages) == expected);
    CHECK(pages == 34);  // of three bodies, the last of one
    CHECK(fixture.records({.limit = 2}).records.size() == 2);
    fixture.sql("UPDATE records SET deleted_at = '2024-02-01T00:00:00.000Z' WHERE id = 'r100'");
    CHECK(fixture.records({.limit = 1}).records[0].id == "r101");
    CHECK(*run_task(fixture.io(), fixture.reader().count_records("s")) == 99);
    CHECK(*run_task(fixture.io(), fixture.reader().count_records("other")) == 0);
}

TEMPLATE_TEST_CASE(
    "records are filtered by instant, whatever the text's format, and a page may be empty before the end", "",
    SqliteReadStore, PostgresReadStore) {
    ReaderFixture<TestType> fixture({.scanned_max = 2});
    fixture.commit({{.id = "a", .modified = "2024-01-01T00:00:00Z"},
                    {.id = "f", .modified = "2024-01-02T00:00:00.0000000Z"},
                    {.id = "c", .modified = "2024-01-01T23:59:59.9999999Z"},
                    {.id = "h", .modified = "2024-01-03T00:00:00Z"},
                    {.id = "d", .modified = "2024-01-02T01:00:00+01:00"},
                    {.id = "e", .modified = "2024-01-01T23:59:59.9999998Z"},
                    {.id = "g", .modified = "2024-01-01T00:00:00Z"}});
    const auto since = [](const char* text) {
        return RecordFilter{.modified_since = Timestamp::parse(text)};
    };
    CHECK(fixture.all_ids(since("2024-01-02T00:00:00Z")) == std::vector<std::string>{"f", "d", "h"});
    CHECK(fixture.all_ids(since("2024-01-01T23:59:59.9999999Z")) ==
          std::vector<std::string>{"c", "f", "d", "h"});
    CHECK(fixture.all_ids(since("0001-01-01T00:00:00Z")).size() == 7);
    CHECK(fixture.all_ids(since("2024-01-03T00:00:00.0000001Z")).empty());
    // A new version takes the place of the old one, and a deleted record has none.
    fixture.commit({{.id = "d", .modified = "2024-01-04T00:00:00Z"}});
    fixture.sql("UPDATE records SET deleted_at = '2024-02-01T00:00:00.000Z' WHERE id = 'h'");
    CHECK(fixture.all_ids(since("2024-01-02T00:00:00Z")) == std::vector<std::string>{"f", "d"});
}

TEMPLATE_TEST_CASE("a thousand records of one second, and of one day, are listed completely, each once", "",
                   SqliteReadStore, PostgresReadStore) {
    ReaderFixture<TestType> fixture;
    std::vector<TestRecord> all;
    for (int i = 0; i < 1000; ++i)
        all.push_back({.id = "r" + std::to_string(i),
                       .modified = "1969-12-31T23:59:58.5000000Z",
                       .days = DaySpan{20240301, 20240331}});
    fixture.commit(all);
    std::vector<std::string> expected;
    for (const TestRecord& record : all)
        expected.push_back(record.id);
    const auto since = Timestamp::parse("1969-12-31T23:59:58.2000000Z");
    CHECK(fixture.all_ids({.modified_since = since, .limit = 7}) == expected);
    CHECK(fixture.all_ids({.days = DaySpan{20240331, 20240331}, .limit = 7}) == expected);
    CHECK(fixture.all_ids({.modified_since = since, .days = DaySpan{20240331, 20240401}, .limit = 7}) ==
          expected);
    CHECK(fixture.all_ids({.modified_since = since, .days = DaySpan{20240401, 20240401}}).empty());
}

TEMPLATE_TEST_CASE("in lists by time or days, an invalid position is refused", "", SqliteReadStore,
                   PostgresReadStore) {
    ReaderFixture<TestType> fixture;
    fixture.commit({{.id = "a", .modified = "2024-01-01T00:00:00Z"}});
    for (const char* after :
         {"a", "1", "1.", ".1", "1.1.1", "1.1 ", "1.x", "99999999999999999999.1", "1,1"}) {
        INFO(after);
        const auto page = run_task(
            fixture.io(), fixture.reader().records({.stream = "s", .after = after, .days = DaySpan{0, 1}}));
        REQUIRE(page.has_error());
        CHECK(page.error().code == ErrorCode::invalid_argument);
    }
}

TEMPLATE_TEST_CASE("records are filtered by the overlap of their days with the range", "", SqliteReadStore,
                   PostgresReadStore) {
    ReaderFixture<TestType> fixture({.scanned_max = 3});
    const std::string m = "2024-01-01T00:00:00Z";
    fixture.commit({
        {.id = "feb", .modified = m, .days = DaySpan{20240201, 20240229}},
        {.id = "feb-mar", .modified = m, .days = DaySpan{20240229, 20240301}},
        {.id = "mar", .modified = m, .days = DaySpan{20240301, 20240331}},
        {.id = "mar-day", .modified = m, .days = DaySpan{20240310, 20240310}},
        {.id = "mar-apr", .modified = m, .days = DaySpan{20240331, 20240430}},
        {.id = "apr", .modified = m, .days = DaySpan{20240401, 20240430}},
        {.id = "year", .modified = m, .days = DaySpan{20240101, 20241231}},
        {.id = "backwards", .modified = m, .days = DaySpan{20240320, 20240305}},
        {.id = "none", .modified = m},
    });
    const auto in = [](std::uint32_t first, std::uint32_t last) {
        return RecordFilter{.days = DaySpan{first, last}};
    };
    const std::vector<std::string> march{"feb-mar", "backwards", "mar-day", "mar", "mar-apr", "year"};
    CHECK(fixture.all_ids(in(20240301, 20240331)) == march);
    CHECK(fixture.all_ids(in(20240501, 99991231)) == std::vector<std::string>{"year"});
    CHECK(fixture.all_ids(in(0, 20240201)) == std::vector<std::string>{"feb", "year"});
    // The newest version's days count, those that it has no more do not.
    fixture.commit({{.id = "mar", .modified = "2024-01-02T00:00:00Z", .days = DaySpan{20250301, 20250331}},
                    {.id = "mar-day", .modified = "2024-01-02T00:00:00Z"}});
    fixture.sql("UPDATE records SET deleted_at = '2024-02-01T00:00:00.000Z' WHERE id = 'year'");
    CHECK(fixture.all_ids(in(20240301, 20240331)) ==
          std::vector<std::string>{"feb-mar", "backwards", "mar-apr"});
    CHECK(fixture.all_ids(in(20250331, 20250331)) == std::vector<std::string>{"mar"});
}

TEMPLATE_TEST_CASE("events are read newest first, of one state or all, page by page", "", SqliteReadStore,
                   PostgresReadStore) {
    ReaderFixture<TestType> fixture({.scanned_max = 3});
    for (std::size_t i = 0; i < 10; ++i)
        REQUIRE(run_task(fixture.io(), fixture.store().receive(event_of(i))).has_value());
    REQUIRE(run_task(fixture.io(), fixture.store().settle({{"m0", EventState::settled},
                                                           {"m7", EventState::gone},
                                                           {"m8", EventState::settled}}))
                .has_value());
    const auto all = [&](std::optional<EventState> state) {
        std::vector<std::string> ids;
        std::optional<std::uint64_t> before;
        do {
            const EventPage page = *run_task(fixture.io(), fixture.reader().events(state, before, 4));
            for (const EventRow& row : page.events)
                ids.push_back(row.message_id);
            before = page.next;
        } while (before);
        return ids;
    };
    CHECK(all(std::nullopt) ==
          std::vector<std::string>{"m9", "m8", "m7", "m6", "m5", "m4", "m3", "m2", "m1", "m0"});
    CHECK(all(EventState::open) == std::vector<std::string>{"m9", "m6", "m5", "m4", "m3", "m2", "m1"});
    CHECK(all(EventState::settled) == std::vector<std::string>{"m8", "m0"});
    CHECK(all(EventState::not_in_stream).empty());
    CHECK(fixture.counts().open_events == 7);
    const EventPage page = *run_task(fixture.io(), fixture.reader().events(EventState::gone, {}, 4));
    REQUIRE(page.events.size() == 1);
    CHECK(page.events[0].settled_at);
    CHECK(page.events[0].record_id == "r7");
}

TEMPLATE_TEST_CASE("the quarantine is paged across streams, without the bodies", "", SqliteReadStore,
                   PostgresReadStore) {
    ReaderFixture<TestType> fixture;
    for (const char* stream : {"s", "t"}) {
        const PagePtr page = make_page({}, {{.id = "x1", .modified = "?", .body = "{\"\xc3\xa4\":1}"},
                                            {.id = "x2", .modified = "?"},
                                            {.id = "x3", .modified = "?"}});
        REQUIRE(run_task(fixture.io(), fixture.store().commit({.stream = stream, .page = page})).has_value());
    }
    std::vector<std::string> seen;
    std::optional<QuarantineKey> after;
    do {
        const QuarantinePage page = *run_task(fixture.io(), fixture.reader().quarantine(after, 2));
        for (const QuarantineRow& row : page.records)
            seen.push_back(row.stream + row.id);
        after = page.next;
    } while (after);
    CHECK(seen == std::vector<std::string>{"sx1", "sx2", "sx3", "tx1", "tx2", "tx3"});
    const QuarantinePage first = *run_task(fixture.io(), fixture.reader().quarantine({}, 1));
    CHECK(first.records[0].body_bytes == 8);
    CHECK(first.records[0].attempts == 1);
    CHECK(first.records[0].reason == "modified: not a time");
    CHECK(fixture.counts().quarantined == 6);
}

TEMPLATE_TEST_CASE("counts include the streams' rows and the month's requests", "", SqliteReadStore,
                   PostgresReadStore) {
    ReaderFixture<TestType> fixture;
    REQUIRE(run_task(fixture.io(), fixture.store().save_requests("2024-01", {.sent = 7, .reserved = 2}))
                .has_value());
    const auto at = *Timestamp::parse("2024-01-01T00:00:00Z");
    StreamState state{.stream = "s", .entity = "s", .fingerprint = "{}"};
    state.cursor = Cursor{.modified_text = "2024-01-01T00:00:00Z", .modified = at, .id = "a"};
    REQUIRE(run_task(fixture.io(), fixture.store().commit({.stream = "s", .state = state})).has_value());
    const StoreCounts counts = fixture.counts();
    CHECK(counts.requests == RequestCount{.sent = 7, .reserved = 2});
    CHECK(counts.generation == fixture.value("SELECT value FROM meta WHERE name = 'generation'"));
    REQUIRE(counts.streams.size() == 1);
    CHECK(counts.streams[0].cursor == state.cursor);
}

TEMPLATE_TEST_CASE("commits continue while a walk reads, and calls end as canceled after close", "",
                   SqliteReadStore, PostgresReadStore) {
    ReaderFixture<TestType> fixture;
    fixture.commit({{.id = "a", .modified = "2024-01-01T00:00:00Z"}});
    std::size_t read = 0;
    std::size_t failed = 0;
    for (int i = 0; i < 50; ++i) {
        REQUIRE(fixture.commit_page(page_of("n" + std::to_string(i) + "-", 20, 100)).has_value());
        boost::asio::co_spawn(
            fixture.io(), fixture.reader().records({.stream = "s", .limit = 2000}),
            [&](const std::exception_ptr&, Result<RecordPage> page) { ++(page ? read : failed); });
    }
    fixture.io().restart();
    fixture.io().run();
    CHECK(read == 50);
    CHECK(failed == 0);
    fixture.reader().close();
    const auto refused = run_task(fixture.io(), fixture.reader().changes(0, 1));
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == ErrorCode::canceled);
}

TEMPLATE_TEST_CASE("the listener is notified of each commit with changes, when they can be read", "",
                   SqliteReadStore, PostgresReadStore) {
    ReaderFixture<TestType> fixture;
    std::vector<std::uint64_t> heard;
    fixture.store().set_change_listener([&](std::uint64_t seq) { heard.push_back(seq); });
    fixture.commit({{.id = "a", .modified = "2024-01-01T00:00:00Z"}});
    fixture.commit({{.id = "a", .modified = "2024-01-01T00:00:00Z"}});  // unchanged
    fixture.commit(
        {{.id = "b", .modified = "2024-01-01T00:00:00Z"}, {.id = "c", .modified = "2024-01-01T00:00:00Z"}});
    CHECK(heard == std::vector<std::uint64_t>{1, 3});
}

TEMPLATE_TEST_CASE("no record has an id that is not UTF-8 or contains a NUL", "", SqliteReadStore,
                   PostgresReadStore) {
    ReaderFixture<TestType> fixture;
    const std::string replacement = "\xef\xbf\xbd";
    const std::string body = R"({"v":1})";
    fixture.commit({{.id = "a", .modified = "2024-01-01T00:00:00Z"},
                    {.id = replacement, .modified = "2024-01-01T00:00:00Z", .body = body}});
    const auto run = [&](auto task) { return *run_task(fixture.io(), std::move(task)); };
    for (const std::string& id : {std::string("\xff"), std::string("\xed\xa0\x80"), std::string("a\0", 2)}) {
        CAPTURE(id);
        CHECK_FALSE(fixture.record(id));
        CHECK_FALSE(run(fixture.reader().versions("s", id, {}, 10)));
        CHECK_FALSE(run(fixture.reader().version("s", id, 1)));
        CHECK_FALSE(run(fixture.reader().life("s", id)).is_known());
        CHECK_FALSE(run(fixture.reader().quarantined({"s", id})));
        CHECK_FALSE(run(fixture.store().erase({"s", id, "test"})).known);
    }
    CHECK(fixture.record(replacement)->body == body);
    CHECK(fixture.all_ids({}).size() == 2);
    CHECK(fixture.records({.after = "a\xff", .limit = 10}).records.size() == 1);
    CHECK(run(fixture.reader().quarantine(QuarantineKey{"s", "\xff"}, 10)).records.empty());
}
