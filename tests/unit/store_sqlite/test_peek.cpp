// Reading a stream's row while a daemon is running.
#include "store/sqlite/open.hpp"
#include "support/run_task.hpp"
#include "unit/store_sqlite/fixture.hpp"

#include <catch2/catch.hpp>

using namespace carecloud;

TEST_CASE("a stream's row is readable while the daemon holds the store, and afterwards") {
    StoreFixture fixture;
    const auto nothing = peek_stream(fixture.settings(), "s");
    CHECK_FALSE(peek_versions(fixture.settings()).value());
    REQUIRE(nothing.has_value());
    CHECK_FALSE(*nothing);

    fixture.open();
    const StreamState state{
        .stream = "s",
        .entity = "s",
        .fingerprint = "f",
        .cursor = Cursor{"2024-01-01T00:00:00Z", *Timestamp::parse("2024-01-01T00:00:00Z"), "a"}};
    Batch batch{.stream = "s", .state = state};
    REQUIRE(run_task(fixture.io(), fixture.store().commit(batch)).has_value());
    for (const bool running : {true, false}) {
        if (!running) fixture.close();
        const auto seen = peek_stream(fixture.settings(), "s");
        REQUIRE(seen.has_value());
        REQUIRE(*seen);
        CHECK((*seen)->cursor == state.cursor);
        CHECK((*seen)->fingerprint == "f");
        CHECK_FALSE(*peek_stream(fixture.settings(), "other"));
    }
}

TEST_CASE("what the former versions take is seen from outside") {
    StoreFixture fixture;
    fixture.open();
    CHECK((*peek_versions(fixture.settings()))->versions == 0);
    CHECK_FALSE((*peek_versions(fixture.settings()))->since);
    for (const char* modified : {"2024-01-01T00:00:00Z", "2024-01-02T00:00:00Z", "2024-01-03T00:00:00Z"})
        REQUIRE(fixture.commit(make_page({{"a", modified}})).has_value());
    const auto use = peek_versions(fixture.settings()).value();
    REQUIRE(use);
    CHECK(use->versions == 0);  // a change of `modified` only is not a correction
    REQUIRE(fixture.commit(make_page({{"a", "2024-01-04T00:00:00Z", R"({"v":1})"}})).has_value());
    const auto more = peek_versions(fixture.settings()).value();
    CHECK(more->versions == 1);
    CHECK(more->bytes > 10);
    CHECK(more->since == fixture.clock().wall());
    fixture.sql("PRAGMA user_version = 9");
    CHECK_FALSE(peek_versions(fixture.settings()).value());
}

TEST_CASE("a foreign database is reported as such, and not touched") {
    StoreFixture fixture;
    fixture.sql("CREATE TABLE t(x)");
    const auto foreign = peek_stream(fixture.settings(), "s");
    REQUIRE(foreign.has_error());
    CHECK(foreign.error().code == ErrorCode::store_failed);
    const auto directory = peek_stream({.path = "/"}, "s");
    REQUIRE(directory.has_error());
    CHECK_FALSE(directory.error().subject.empty());
}
