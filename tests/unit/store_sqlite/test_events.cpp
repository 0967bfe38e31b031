// The inbox in SQLite: events that wait together share a transaction, and each is durable when its call returns.
#include "store/sqlite/connection.hpp"
#include "support/run_task.hpp"
#include "unit/store_sqlite/fixture.hpp"

#include <filesystem>

#include <boost/asio/co_spawn.hpp>
#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

Event event(std::size_t number) {
    return {.message_id = "m" + std::to_string(number),
            .topic_arn = "topic",
            .event_type = "attendance",
            .stream = "s",
            .record_id = "r" + std::to_string(number),
            .event_time = "2024-01-01T00:00:00.0000000Z",
            .body = "{}"};
}

struct Answers {
    std::size_t fresh = 0;
    std::size_t seen = 0;
    std::vector<Error> errors;
};

// Submits all of them before the store's thread can finish the first, and waits for all.
Answers receive_together(StoreFixture& fixture, std::size_t count) {
    Answers answers;
    for (std::size_t i = 0; i < count; ++i) {
        boost::asio::co_spawn(fixture.io(), fixture.store().receive(event(i)),
                              [&answers](const std::exception_ptr& thrown, Result<bool> fresh) {
                                  if (thrown) std::rethrow_exception(thrown);
                                  if (!fresh) {
                                      answers.errors.push_back(fresh.error());
                                  } else {
                                      ++(*fresh ? answers.fresh : answers.seen);
                                  }
                              });
    }
    fixture.io().restart();
    fixture.io().run();
    return answers;
}

}  // namespace

TEST_CASE("events that wait together share few transactions") {
    StoreFixture fixture;
    fixture.open();
    const std::string before = fixture.value("PRAGMA wal_checkpoint(TRUNCATE)");
    // A transaction of one event writes at least three pages of 16 KiB to the log: the table's, and two indexes'.
    const Answers answers = receive_together(fixture, 500);
    CHECK(answers.fresh == 500);
    CHECK(answers.errors.empty());
    CHECK(before == "0");
    CHECK(std::filesystem::file_size(fixture.path() + "-wal") < 500U * 16384U);
    CHECK(fixture.value("SELECT count(*) FROM events WHERE state = 'open' AND settled_at IS NULL") == "500");
    CHECK(receive_together(fixture, 501).seen == 500);
}

TEST_CASE("a failure fails all events that wait together, and nothing is written") {
    StoreFixture fixture;
    SqliteSettings settings = fixture.settings();
    settings.busy_timeout = std::chrono::milliseconds(1);
    fixture.open(settings);
    Connection other(fixture.path(), "");
    {
        const Transaction theirs(other, Transaction::Access::write);
        const Answers answers = receive_together(fixture, 20);
        REQUIRE(answers.errors.size() == 20);
        CHECK(answers.errors[0].code == ErrorCode::store_busy);
    }
    CHECK(receive_together(fixture, 20).fresh == 20);
}

TEST_CASE("an event after the store was closed is refused as canceled") {
    StoreFixture fixture;
    fixture.open();
    fixture.store().close();
    const Answers answers = receive_together(fixture, 3);
    REQUIRE(answers.errors.size() == 3);
    CHECK(answers.errors[0].code == ErrorCode::canceled);
}
