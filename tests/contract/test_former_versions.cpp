// Which former versions are kept, and what is stored of a correction.
#include "contract/backend.hpp"
#include "support/pages.hpp"

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

Batch page_of_versions(const std::vector<TestRecord>& records) {
    return {.stream = kStream, .page = make_page(records), .state = {}, .unreachable = {}};
}

TestRecord record_a(const std::string& body, std::int64_t second, bool disabled = false) {
    return {.id = "a", .modified = test_time_text(second), .body = body, .disabled = disabled};
}

}  // namespace

TEMPLATE_TEST_CASE("a version that is replaced is kept with what was corrected", "", SqliteBackend,
                   PostgresBackend, MemoryBackend) {
    TestType backend;
    const std::string first = R"({"_id":"a","hours":"3.28","note":"x"})";
    const std::string second = R"({"_id":"a","hours":"4","note":"x","more":true})";
    backend.commit(page_of_versions({record_a(first, 1)}));
    CHECK(backend.content().versions.empty());
    backend.commit(page_of_versions({record_a(second, 2)}));
    const StoreContent content = backend.content();
    REQUIRE(content.versions.size() == 1);
    CHECK(content.versions.at(2) ==
          StoreContent::Version{kStream, "a", test_time_text(1), sha256(first), first});
    CHECK(content.corrections.at(2) ==
          std::vector<Difference>{{.field = "hours", .was = "3.28", .is_now = "4"},
                                  {.field = "more", .is_now = "true"}});
    backend.reopen();
    CHECK(backend.content() == content);
}

TEMPLATE_TEST_CASE("a version that is only spelled another way is logged and not kept", "", SqliteBackend,
                   PostgresBackend, MemoryBackend) {
    TestType backend;
    backend.commit(page_of_versions({record_a(R"({"h":3.28,"at":"2024-01-01T00:00:00Z"})", 1)}));
    const CommitSummary summary =
        backend.commit(page_of_versions({record_a(R"({ "at":"2024-01-01T00:00:00.000Z", "h":3.280 })", 2)}));
    CHECK(summary.updated == 1);
    const StoreContent content = backend.content();
    CHECK(content.versions.empty());
    CHECK(content.corrections.empty());
    CHECK(content.changes.size() == 2);
    // What it replaced is not kept, but the next correction is relative to it.
    backend.commit(page_of_versions({record_a(R"({"h":4,"at":"2024-01-01T00:00:00Z"})", 3)}));
    CHECK(backend.content().versions.size() == 1);
    CHECK(backend.content().corrections.at(3).size() == 1);
}

TEMPLATE_TEST_CASE("signatures are kept once over several versions", "", SqliteBackend, PostgresBackend,
                   MemoryBackend) {
    TestType backend;
    const auto body = [](int hours, char signature) {
        return R"({"hours":)" + std::to_string(hours) + R"(,"parentSignature":")" +
               std::string(5000, signature) + "\"}";
    };
    std::vector<std::string> bodies;
    for (int i = 0; i < 6; ++i)
        bodies.push_back(body(i, i < 3 ? 'a' : 'b'));
    for (std::size_t i = 0; i < bodies.size(); ++i)
        backend.commit(page_of_versions({record_a(bodies[i], static_cast<std::int64_t>(i))}));
    const StoreContent content = backend.content();
    REQUIRE(content.versions.size() == 5);
    for (std::size_t i = 0; i < 5; ++i)
        CHECK((content.versions.at(i + 2).body == bodies[i]));
    CHECK(content.corrections.at(4).back() ==
          Difference{.field = "parentSignature", .was = "present", .is_now = "changed"});
}

TEMPLATE_TEST_CASE("a record that comes back is compared with what it was before it was deleted", "",
                   SqliteBackend, PostgresBackend, MemoryBackend) {
    TestType backend;
    const std::string first = R"({"hours":1})";
    backend.commit(page_of_versions({record_a(first, 1)}));
    Batch gone{.stream = kStream};
    gone.gone.push_back(key("a", test_time_text(1)));
    CHECK(backend.commit(std::move(gone)).deleted == 1);
    CHECK(backend.content().versions.empty());

    Batch back = page_of_versions({record_a(R"({"hours":2})", 5)});
    CHECK(backend.commit(std::move(back)).restored == 1);
    const StoreContent content = backend.content();
    CHECK(content.versions.at(3).body == first);
    CHECK(content.corrections.at(3).size() == 1);
}

TEMPLATE_TEST_CASE("two versions in one answer are both kept", "", SqliteBackend, PostgresBackend,
                   MemoryBackend) {
    TestType backend;
    backend.commit(
        page_of_versions({record_a(R"({"v":1})", 1), record_a(R"({"v":2})", 2), record_a(R"({"v":3})", 3)}));
    const StoreContent content = backend.content();
    CHECK(content.versions.size() == content.changes.size() - 1);
    CHECK(content.versions.size() == 2);
}

TEMPLATE_TEST_CASE("odd bodies and ids are kept as well", "", SqliteBackend, PostgresBackend, MemoryBackend) {
    TestType backend;
    const std::vector<std::string> ids{"'; DROP TABLE versions; --", "\\", " ", "é☃", "a\"b", "%00"};
    std::vector<TestRecord> before;
    std::vector<TestRecord> after;
    for (const std::string& id : ids) {
        before.push_back({id, test_time_text(1), R"({"a":"\ud800\u0000"})"});
        after.push_back({id, test_time_text(2), "[1,2]"});
    }
    backend.commit(page_of_versions(before));
    backend.commit(page_of_versions(after));
    backend.commit(page_of_versions({{ids[0], test_time_text(3), "no JSON"}}));
    const StoreContent content = backend.content();
    CHECK(content.versions.size() == ids.size() + 1);
    CHECK(content.corrections.size() == ids.size());
    CHECK(content.corrections.begin()->second ==
          std::vector<Difference>{{.field = "_value", .was = R"({"a":"\ufffd\ufffd"})", .is_now = "[1,2]"}});
}

TEMPLATE_TEST_CASE("a commit that fails keeps nothing, and what is doubted keeps nothing yet", "",
                   SqliteBackend, PostgresBackend, MemoryBackend) {
    TestType backend;
    backend.commit(page_of_versions({record_a(R"({"v":5})", 5)}));
    Batch wrong = page_of_versions({record_a(R"({"v":6})", 6)});
    wrong.state = test_state("family", test_time_text(6), "a");
    backend.commit_error(std::move(wrong));
    Batch early = page_of_versions({record_a(R"({"v":4})", 4)});
    early.asked_at = test_time(6);
    CHECK(backend.commit(std::move(early)).doubted == 1);
    CHECK(backend.content().versions.empty());
}
