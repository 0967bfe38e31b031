// The schema as a public interface, and its versions.
#include "store/sqlite/open.hpp"
#include "support/run_task.hpp"
#include "unit/store_sqlite/fixture.hpp"

#include <algorithm>

#include <catch2/catch.hpp>

using namespace carecloud;
using Catch::Contains;

namespace {

std::string newest() {
    return std::to_string(migrations().back().number);
}

}  // namespace

TEST_CASE("tables and columns are the documented ones") {
    StoreFixture fixture;
    fixture.open();
    const auto columns = [&](const std::string& table) {
        return fixture.value("SELECT group_concat(name, ' ') FROM (SELECT name FROM pragma_table_info('" +
                             table + "') ORDER BY name)");
    };
    CHECK(columns("streams") ==
          "cursor_id cursor_modified dialect entity fingerprint portal_time ranges reconciled_fingerprint "
          "safe_modified "
          "stream updated_at");
    CHECK(columns("records") == "body deleted_at hash id modified readable seq stream");
    CHECK(columns("changes") ==
          "committed_at end_day hash id kind modified modified_s previous reversal seq start_day stream");
    CHECK(columns("versions") == "body bytes hash id modified seq stream");
    CHECK(columns("erasures") == "erased_at id requested_by stream");
    CHECK(columns("version_totals") == "bytes versions");
    CHECK(columns("corrections") == "day field is_now n seq sign_in was");
    CHECK(columns("claim_attendance_corrections") ==
          "changed_at childId childName claimId day field id is_now kind month providerId providerName seq "
          "signInId "
          "stream was");
    CHECK(columns("events") ==
          "body event_time event_type held_seq message_id received_at record_id settled_at state stream "
          "topic_arn");
    CHECK(columns("quarantine") == "attempts body first_at id last_at modified reason stream");
    CHECK(columns("doubted") == "ask_at first_seen hash id modified reversals stream");
    CHECK(columns("omitted") == "filter_changed first_at id stream");
    CHECK(columns("quota") == "month requests reserved sent");
    CHECK(columns("first_passes") == "ended_at stream");
    CHECK(columns("subscriptions") == "changed_at state subscription_arn topic_arn");
    CHECK(columns("signing_certificates") == "fetched_at pem url");
}

TEST_CASE("the hash of a body equals the output of sha256sum") {
    StoreFixture fixture;
    fixture.open();
    REQUIRE(fixture.commit(make_page({{"a", "2024-01-01T00:00:00Z", "abc"}})).has_value());
    const std::string known =
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";  // FIPS 180-2, "abc"
    CHECK(fixture.value("SELECT lower(hex(hash)) FROM records") == known);
    CHECK(fixture.value("SELECT lower(hex(hash)) FROM changes") == known);
    CHECK(fixture.value("SELECT typeof(body) FROM records") == "text");
}

TEST_CASE("migrations are numbered from 1 without gaps, and a new store is at the newest") {
    int expected = 0;
    for (const Migration& migration : migrations())
        CHECK(migration.number == ++expected);
    REQUIRE(expected > 0);
    StoreFixture fixture;
    fixture.open();
    CHECK(fixture.value("PRAGMA user_version") == newest());
    CHECK(fixture.value("PRAGMA application_id") == std::to_string(kApplicationId));
}

TEST_CASE("a failed migration keeps the database at the previous version") {
    TempDir directory;
    Connection db(directory.file("some.db"), "");
    const Migration good{1, "one", "CREATE TABLE one (a INTEGER)"};
    const Migration bad{2, "two", "CREATE TABLE two (a INTEGER); INSERT INTO nowhere VALUES (1)"};
    const Migration mended{2, "two", "CREATE TABLE two (a INTEGER)"};
    CHECK_THROWS_AS(migrate(db, std::array{good, bad}), SqlError);
    CHECK(db.number("PRAGMA user_version") == 1);
    CHECK(db.text("SELECT group_concat(name) FROM sqlite_schema") == "one");
    migrate(db, std::array{good, mended});
    CHECK(db.number("PRAGMA user_version") == 2);
}

TEST_CASE("a newer store is refused with both versions and the remedy, and not changed") {
    StoreFixture fixture;
    fixture.open();
    fixture.close();
    fixture.sql("PRAGMA user_version = 4711");
    const Error error = fixture.open_error();
    CHECK(error.code == ErrorCode::store_newer);
    CHECK_THAT(error.message(),
               Contains("4711") && Contains("at most " + newest()) && Contains("newer carecloud-syncd"));
    CHECK(fixture.value("PRAGMA user_version") == "4711");
}

TEST_CASE("another program's database is refused and not changed") {
    StoreFixture fixture;
    SECTION("without an application id") {
        fixture.sql("CREATE TABLE theirs (a INTEGER)");
    }
    SECTION("with theirs") {
        fixture.sql("PRAGMA application_id = 252006674");
    }
    const Error error = fixture.open_error();
    CHECK(error.code == ErrorCode::store_failed);
    CHECK_THAT(error.message(), Contains(fixture.path() + " is an SQLite database of another program") &&
                                    Contains("store.url"));
    CHECK(fixture.value("PRAGMA journal_mode") == "delete");
    CHECK(fixture.value("SELECT count(*) FROM sqlite_schema WHERE name = 'records'") == "0");
}

TEST_CASE("numbers are not reused although the newest changes were pruned") {
    StoreFixture fixture;
    fixture.open();
    REQUIRE(fixture.commit(page_of("a", 5, 10))->last_seq == 5);
    SECTION("while the daemon runs") {
        fixture.sql("DELETE FROM changes");
    }
    SECTION("while it does not") {
        fixture.close();
        fixture.sql("DELETE FROM changes WHERE seq > 2");
        fixture.open();
    }
    SECTION("and then the daemon was started again twice") {
        fixture.sql("DELETE FROM changes");
        fixture.open();
        fixture.open();
    }
    const auto summary = fixture.commit(page_of("b", 2, 10));
    REQUIRE(summary.has_value());
    CHECK(summary->last_seq == 7);
    CHECK(fixture.value("SELECT group_concat(seq) FROM changes WHERE id GLOB 'b*'") == "6,7");
}

TEST_CASE("a record held as deleted is unknown, and restored when it is received again") {
    StoreFixture fixture;
    fixture.open();
    REQUIRE(fixture.commit(page_of("a", 1, 10)).has_value());
    fixture.close();
    fixture.sql(
        "INSERT INTO changes (seq, stream, id, kind, modified, hash, committed_at)"
        " SELECT 2, stream, id, 'deleted', modified, hash, '' FROM records;"
        "UPDATE records SET deleted_at = '2024-01-02T00:00:00.000Z', seq = 2");
    fixture.open();
    const std::string modified = "2024-01-01T00:00:00Z";
    const std::vector<Key> keys{{"a0", modified, *Timestamp::parse(modified)}};
    CHECK(run_task(fixture.io(), fixture.store().unknown("s", keys))->size() == 1);
    CHECK(fixture.commit(page_of("a", 1, 10))->restored == 1);
    CHECK(fixture.value("SELECT ifnull(deleted_at, 'none') || seq FROM records") == "none3");
    CHECK(run_task(fixture.io(), fixture.store().unknown("s", keys))->empty());
}

TEST_CASE("a cursor that is not a time is reported as damaged, with the row's name") {
    StoreFixture fixture;
    fixture.open();
    fixture.sql(
        "INSERT INTO streams (stream, entity, fingerprint, cursor_modified, cursor_id, dialect, updated_at)"
        " VALUES ('s', 's', '', 'yesterday', 'a', '', '')");
    const auto loaded = run_task(fixture.io(), fixture.store().load_stream("s"));
    REQUIRE(loaded.has_error());
    CHECK(loaded.error().code == ErrorCode::store_corrupt);
    CHECK_THAT(loaded.error().message(), Contains("cursor_modified"));
}
