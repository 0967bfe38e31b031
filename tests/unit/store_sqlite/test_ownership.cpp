// One daemon a store (hazard 13).
#include "store/sqlite/ownership.hpp"
#include "unit/store_sqlite/fixture.hpp"

#include <fstream>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

using namespace carecloud;
using Catch::Contains;

TEST_CASE("the second daemon is told which process holds the store") {
    StoreFixture fixture;
    fixture.open();
    const Error error = fixture.open_error();
    CHECK(error.code == ErrorCode::store_owned);
    CHECK_THAT(error.message(),
               Contains("process " + std::to_string(::getpid())) && Contains(fixture.path()));
    // Its attempt did no harm to the first.
    CHECK(fixture.commit(page_of("a", 3, 10)).has_value());
}

TEST_CASE("closing frees the store, and so does a process's death") {
    StoreFixture fixture;
    fixture.open();
    fixture.store().close();
    Result<Ownership> next = Ownership::take(fixture.path());
    REQUIRE(next.has_value());

    const std::string path = fixture.directory().file("other.db");
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        const Result<Ownership> held = Ownership::take(path);
        ::_exit(held ? 0 : 1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    CHECK(Ownership::take(path).has_value());
}

TEST_CASE("a lock file without a readable process still locks, with what words there are") {
    TempDir directory;
    const std::string path = directory.file("store.db");
    const Result<Ownership> first = Ownership::take(path);
    REQUIRE(first.has_value());
    std::ofstream(path + ".lock") << "garbage that is not a number";
    const Result<Ownership> second = Ownership::take(path);
    REQUIRE(second.has_error());
    CHECK(second.error().code == ErrorCode::store_owned);
    CHECK_THAT(second.error().message(), Contains("another process"));
}

TEST_CASE("other programs read while the daemon holds the store") {
    StoreFixture fixture;
    fixture.open();
    REQUIRE(fixture.commit(page_of("a", 3, 10)).has_value());
    CHECK(fixture.value("SELECT count(*) FROM records") == "3");
    REQUIRE(fixture.commit(page_of("b", 3, 10)).has_value());
    CHECK(fixture.value("SELECT count(*) FROM records") == "6");
}
