// A record is erased by one daemon while another one, which runs the engine, writes it.
#include "open_store.hpp"
#include "store/postgres/session.hpp"

#include <chrono>
#include <future>

#include <catch2/catch.hpp>

namespace carecloud {
namespace {

TEST_CASE("a page that replaces a record while another daemon erases it does not keep the erased body") {
    StoreSite site(PostgresCluster::shared().fresh_database());
    site.open();
    REQUIRE(site.commit("a", R"({"v":1})").has_value());
    const auto page = open_session(site.settings);
    page->script("INSERT INTO leases VALUES ('engine', 'x', 1, '')");
    page->script("BEGIN; SELECT 1 FROM leases WHERE stream = 'engine' FOR SHARE; SELECT body FROM records");
    auto erasing = std::async(std::launch::async, [&] {
        StoreSite standby(site.settings);
        standby.open();
        return run_task(standby.io, standby.store->erase({.stream = "s", .id = "a", .requested_by = "test"}));
    });
    const auto admin = open_session(site.settings);
    while (erasing.wait_for(std::chrono::milliseconds(20)) != std::future_status::ready &&
           admin->query("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'").empty()) {
    }
    page->script(
        "INSERT INTO changes (seq, stream, id, kind, modified, hash, committed_at, previous)"
        " VALUES (2, 's', 'a', 'updated', '2024-01-02T00:00:00Z', '\\x00', now(), 1);"
        " INSERT INTO versions (seq, stream, id, modified, hash, bytes, body)"
        " VALUES (2, 's', 'a', '2024-01-01T00:00:00Z', '\\x00', 1, '\\x00');"
        " UPDATE version_totals SET versions = versions + 1, bytes = bytes + 1;"
        " UPDATE records SET seq = 2, body = '{\"v\":2}' WHERE id = 'a' AND seq = 1; COMMIT");
    CHECK(erasing.get()->known);
    CHECK(admin->query("SELECT 1 FROM versions").empty());
    CHECK(admin->query("SELECT body FROM records")[0].text(0) == "{}");
}

}  // namespace
}  // namespace carecloud
