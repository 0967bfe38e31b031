// The content of a record is erased wherever it is stored.
#include "store/sqlite/connection.hpp"
#include "support/run_task.hpp"
#include "unit/store_sqlite/fixture.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

// Whether any file of the store contains the text, uncompressed.
bool is_on_disk(const StoreFixture& store, const std::string& text) {
    for (const auto& entry :
         std::filesystem::directory_iterator(std::filesystem::path(store.path()).parent_path())) {
        std::ifstream file(entry.path(), std::ios::binary);
        const std::string bytes{std::istreambuf_iterator<char>(file), {}};
        if (bytes.find(text) != std::string::npos) return true;
    }
    return false;
}

std::string secret_body(int version) {
    std::string body =
        R"({"_id":"a","childName":"Erasmus Geheim","v":)" + std::to_string(version) + R"(,"text":")";
    for (int i = 0; i < 3000; ++i)
        body += static_cast<char>('a' + i * version * 7 % 23);
    return body + "\"}";
}

Result<ErasureReport> erase(StoreFixture& store, const std::string& id) {
    return run_task(store.io(), store.store().erase({"s", id, "the family"}));
}

void fill(StoreFixture& store) {
    store.open();
    for (int i = 1; i <= 3; ++i) {
        const std::string modified = "2024-01-0" + std::to_string(i) + "T00:00:00Z";
        REQUIRE(store
                    .commit(make_page({{"a", modified, secret_body(i)}, {"b", modified, R"({"_id":"b"})"}},
                                      {{"a", "?", "bad", R"({"name":"Erasmus Geheim"})"}}))
                    .has_value());
    }
    Event event{.message_id = "m", .stream = "s", .record_id = "a", .body = R"({"of":"Erasmus Geheim"})"};
    REQUIRE(run_task(store.io(), store.store().receive(std::move(event))).has_value());
}

}  // namespace

TEST_CASE("nothing of an erased record's content is left in the store's files") {
    StoreFixture store;
    fill(store);
    REQUIRE(is_on_disk(store, "Erasmus"));
    const auto report = erase(store, "a");
    REQUIRE(report.has_value());
    CHECK(report->known);
    CHECK(report->versions == 2);
    CHECK(report->events == 1);
    CHECK(report->quarantined);
    CHECK(report->log_cleared);
    CHECK_FALSE(is_on_disk(store, "Erasmus"));
    CHECK(store.value("SELECT count(*) FROM versions") == "0");
    CHECK(store.value(
              "SELECT count(*) FROM corrections WHERE seq IN (SELECT seq FROM changes WHERE id = 'a')") ==
          "0");
    CHECK(store.value("SELECT versions || ' ' || bytes FROM version_totals") == "0 0");
    // Its rows, hashes and changes stay.
    CHECK(store.value("SELECT body || length(hash) FROM records WHERE id = 'a'") == "{}32");
    CHECK(store.value("SELECT count(*) FROM changes WHERE id = 'a'") == "3");
    CHECK(store.value("SELECT id || ' ' || requested_by FROM erasures") == "a the family");
    CHECK(store.value("SELECT body FROM records WHERE id = 'b'") == R"({"_id":"b"})");
}

TEST_CASE("an erased record is not stored again before it changes") {
    StoreFixture store;
    fill(store);
    REQUIRE(erase(store, "a").has_value());
    CHECK(store.commit(make_page({{"a", "2024-01-03T00:00:00Z", secret_body(3)}}))->unchanged == 1);
    CHECK_FALSE(is_on_disk(store, "Erasmus"));
    CHECK(store.commit(make_page({{"a", "2024-01-04T00:00:00Z", R"({"_id":"a"})"}}))->updated == 1);
    CHECK(store.value("SELECT count(*) FROM versions") == "0");
}

TEST_CASE("a record of which nothing is known is not erased, and nothing is noted") {
    StoreFixture store;
    fill(store);
    CHECK_FALSE(erase(store, "nobody")->known);
    CHECK_FALSE(erase(store, "'; DELETE FROM records; --")->known);
    CHECK(store.value("SELECT count(*) FROM erasures") == "0");
    CHECK(is_on_disk(store, "Erasmus"));
}

TEST_CASE("a reader that needs the log is reported, and the erasure can be repeated") {
    StoreFixture store;
    fill(store);
    {
        Connection reader(store.path(), "");
        const Transaction reading(reader, Transaction::Access::read);
        CHECK(reader.number("SELECT count(*) FROM records") == 2);
        CHECK_FALSE(erase(store, "a")->log_cleared);
    }
    CHECK(erase(store, "a")->log_cleared);
    CHECK_FALSE(is_on_disk(store, "Erasmus"));
}
