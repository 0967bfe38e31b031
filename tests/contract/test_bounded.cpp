// The store's part in bounded passes: counting and comparing keys, marking deleted records, and the table of passes.
#include "contract/backend.hpp"
#include "support/pages.hpp"

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

std::vector<std::string> ids_of(const std::vector<Key>& keys) {
    std::vector<std::string> ids;
    for (const Key& one : keys)
        ids.push_back(one.id);
    return ids;
}

using Ids = std::vector<std::string>;

Batch page_batch(const std::vector<TestRecord>& records, const std::string& stream = kStream) {
    return {.stream = stream, .page = make_page(records)};
}

}  // namespace

TEMPLATE_TEST_CASE("live keys are returned by modified and id, of one stream only", "", SqliteBackend,
                   PostgresBackend, MemoryBackend) {
    TestType backend;
    const std::string t1 = test_time_text(1);
    const std::string t2 = test_time_text(2);
    backend.commit(page_batch({{"d", t1}, {"b", t2}, {"a", t2}, {"c", t1}}));
    backend.commit(page_batch({{"z", t1}}, "family"));
    CHECK(ids_of(backend.live({.stream = kStream})) == Ids{"c", "d", "a", "b"});
    CHECK(backend.live({.stream = kStream}).front().modified == test_time(1));
    CHECK(ids_of(backend.live({.stream = kStream, .after = Cursor{t1, {}, "c"}})) == Ids{"d", "a", "b"});
    CHECK(ids_of(backend.live({.stream = kStream, .after = Cursor{t2, {}, ""}})) == Ids{"a", "b"});
    CHECK(ids_of(backend.live({.stream = kStream, .skip = 1, .limit = 2})) == Ids{"d", "a"});
    CHECK(backend.live({.stream = kStream, .skip = 9}).empty());
    CHECK(backend.live({.stream = "note"}).empty());
    CHECK(backend.count_live(kStream, "") == 4);
    CHECK(backend.count_live(kStream, t2) == 2);
    CHECK(backend.count_live(kStream, test_time_text(3)) == 0);
    CHECK(backend.count_live("family", "") == 1);
}

TEMPLATE_TEST_CASE("a deleted record is marked only if it is held in that version, and logged once", "",
                   SqliteBackend, PostgresBackend, MemoryBackend) {
    TestType backend;
    const std::string t1 = test_time_text(1);
    const std::string t2 = test_time_text(2);
    backend.commit(page_batch({{"a", t1}, {"b", t2}, {"c", t1}}));
    backend.clock().set(test_time(60));
    const Batch gone{.stream = kStream, .gone = {key("a", t1), key("b", t1), key("never", t1)}};
    const CommitSummary summary = backend.commit(gone);
    CHECK(summary.deleted == 1);
    CHECK(summary.written);
    CHECK(summary.last_seq == 4);
    const StoreContent content = backend.content();
    CHECK(check_changes(content) == "");
    CHECK(content.records.at({kStream, "a"}).deleted_at == test_time(60).to_string_ms());
    CHECK_FALSE(content.records.at({kStream, "b"}).deleted_at);
    CHECK(content.changes.back().kind == ChangeKind::deleted);
    CHECK(content.changes.back().hash == content.records.at({kStream, "a"}).hash);
    CHECK(ids_of(backend.live({.stream = kStream})) == Ids{"c", "b"});
    CHECK(backend.count_live(kStream, "") == 2);

    CHECK_FALSE(backend.commit(gone).written);  // repeated, as after a lost result: nothing is written twice
    backend.reopen();
    CHECK(backend.commit(page_batch({{"a", t1}})).restored == 1);
    CHECK(check_changes(backend.content()) == "");
    CHECK(backend.count_live(kStream, "") == 3);
}

TEMPLATE_TEST_CASE("a deleted record is marked during the first load of an empty store, too", "",
                   SqliteBackend, PostgresBackend, MemoryBackend) {
    TestType backend;
    const std::string t1 = test_time_text(1);
    backend.commit({.stream = kStream, .page = make_page({{"a", t1}, {"b", t1}}), .gone = {key("b", t1)}});
    CHECK(backend.count_live(kStream, "") == 1);
    backend.note_first_pass(kStream);
    CHECK(check_changes(backend.content()) == "");
}

TEMPLATE_TEST_CASE("a job is stored, read back complete, and overwritten", "", SqliteBackend, PostgresBackend,
                   MemoryBackend) {
    TestType backend;
    CHECK(backend.passes().empty());
    Job pass{.kind = JobKind::backfill, .stream = kStream, .first_day = "20240101", .last_day = "20240131"};
    pass.id = backend.save_pass(pass);
    CHECK(pass.id == 1);
    CHECK(backend.save_pass({.stream = kStream, .scheduled = true, .deep = true}) == 2);
    pass.requested_at = pass.updated_at = test_time().to_string_ms();
    REQUIRE(backend.passes().size() == 2);
    CHECK(backend.passes().front() == pass);

    backend.clock().set(test_time(5));
    pass.status = JobStatus::running;
    pass.position = Cursor{test_time_text(1), test_time(1), "id"};
    pass.steps = 2;
    pass.steps_done = 1;
    pass.records = 3;
    pass.expected = 4;
    pass.missing = 5;
    pass.changed = 6;
    pass.gone = 7;
    pass.deleted = 8;
    pass.requests = 9;
    pass.error = "it's gone";
    pass.hint = "look";
    pass.started_at = test_time_text(2);
    CHECK(backend.save_pass(pass) == 1);
    backend.reopen();
    pass.updated_at = test_time(5).to_string_ms();
    CHECK(backend.passes().front() == pass);
    CHECK(backend.passes().back().deep);
    CHECK(backend.passes().back().scheduled);
    CHECK(backend.passes() ==
          std::vector<Job>{backend.content().passes.at(1), backend.content().passes.at(2)});
}

TEMPLATE_TEST_CASE("the newest jobs and all open ones are kept", "", SqliteBackend, PostgresBackend,
                   MemoryBackend) {
    TestType backend;
    const std::uint64_t open = backend.save_pass({.stream = kStream});
    const std::uint64_t done = backend.save_pass({.stream = kStream, .status = JobStatus::done});
    for (std::size_t i = 0; i < Store::kPassesKept; ++i)
        backend.save_pass({.stream = kStream, .status = JobStatus::canceled});
    const std::vector<Job> kept = backend.passes();
    CHECK(kept.size() == Store::kPassesKept + 1);
    CHECK(kept.front().id == open);
    CHECK(kept.at(1).id == done + 1);
    backend.reopen();
    CHECK(backend.save_pass({.stream = kStream}) == kept.back().id + 1);  // no id is used twice
}
