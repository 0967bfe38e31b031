// The stores of two daemons on one database: each is notified of the other's writes.
#include "runtime/system_clock.hpp"
#include "store/postgres/open_postgres.hpp"
#include "support/pages.hpp"
#include "support/postgres_cluster/postgres_cluster.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

namespace carecloud {
namespace {

class TwoDaemons {
  public:
    TwoDaemons() {
        one = open_postgres_store(settings, clock_).value();
        other = open_postgres_store(settings, clock_).value();
    }
    ~TwoDaemons() {
        one->close();
        other->close();
    }
    TwoDaemons(const TwoDaemons&) = delete;
    TwoDaemons& operator=(const TwoDaemons&) = delete;

    bool wait_for(const std::function<bool()>& condition) {
        const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
        while (!condition() && std::chrono::steady_clock::now() < until)
            io_.run_one_for(std::chrono::milliseconds(100));
        return condition();
    }
    template <class T>
    Result<T> run(Task<Result<T>> task) {
        std::optional<Result<T>> result;
        boost::asio::co_spawn(io_, std::move(task),
                              [&](const std::exception_ptr&, Result<T> value) { result = std::move(value); });
        wait_for([&] { return result.has_value(); });
        return result.value();
    }

    // Runs SQL as an administrator.
    void sql(const std::string& statements) {
        PostgresCluster::shared().script(statements, settings.database);
    }

    const PostgresSettings settings = PostgresCluster::shared().fresh_database();
    std::unique_ptr<StoreHandle> one;
    std::unique_ptr<StoreHandle> other;

  private:
    boost::asio::io_context io_;
    // Like a daemon's other work, this keeps the loop running.
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
    SystemClock clock_{io_};
};

TEST_CASE("a commit and an event of one daemon are announced to the other") {
    TwoDaemons daemons;
    std::uint64_t seen = 0;
    int own = 0;
    int moved = 0;
    daemons.other->set_change_listener([&](std::uint64_t newest_seq) { seen = newest_seq; });
    daemons.one->set_change_listener([&](std::uint64_t) { ++own; });
    daemons.other->set_peer_listener([&] { ++moved; });
    Batch batch{.stream = "s", .page = make_page({{.id = "a", .modified = "2024-01-01T00:00:00Z"}})};
    REQUIRE(daemons.run(daemons.one->store().commit(std::move(batch))).has_value());
    CHECK(daemons.wait_for([&] { return seen == 1; }));
    CHECK(own == 1);
    const int before = moved;
    REQUIRE(
        daemons.run(daemons.one->inbox().receive({.message_id = "m", .stream = "s", .body = "{}"})).value());
    CHECK(daemons.wait_for([&] { return moved > before; }));
    CHECK(daemons.wait_for([&] { return daemons.one->use().bytes.value_or(0) > 0; }));
    CHECK(own == 1);  // not repeated by the server's notification
}

TEST_CASE(
    "a smaller newest number, after a failover that lost commits, is announced, and so are the next ones") {
    TwoDaemons daemons;
    std::uint64_t seen = 0;
    daemons.one->set_change_listener([&](std::uint64_t newest_seq) { seen = newest_seq; });
    for (const std::uint64_t head : {7, 5, 6}) {
        daemons.sql("UPDATE carecloud.change_head SET seq = " + std::to_string(head));
        CHECK(daemons.wait_for([&] { return seen == head; }));
    }
}

TEST_CASE("a record is erased, and old content is pruned, with the totals of versions") {
    TwoDaemons daemons;
    for (const char* const body : {R"({"v":1})", R"({"v":2})", R"({"v":3})"}) {
        Batch batch{.stream = "s",
                    .page = make_page({{.id = "a", .modified = "2024-01-01T00:00:00Z", .body = body},
                                       {.id = "b", .modified = "2024-01-01T00:00:00Z", .body = body}}),
                    .on_demand = true};
        REQUIRE(daemons.run(daemons.one->store().commit(std::move(batch))).has_value());
    }
    const ErasureReport erased =
        daemons.run(daemons.one->erase({.stream = "s", .id = "a", .requested_by = "test"})).value();
    CHECK(erased.known);
    CHECK(erased.versions == 2);
    CHECK_FALSE(daemons.run(daemons.one->erase({.stream = "s", .id = "unknown"})).value().known);
    const Timestamp later = Timestamp::parse("2999-01-01T00:00:00Z").value();
    const PruneReport pruned =
        daemons.run(daemons.one->prune({.versions = later, .changes = later, .events = later})).value();
    CHECK(pruned.versions == 2);
    CHECK(pruned.changes == 4);  // the newest of each record is kept
    CHECK_FALSE(daemons.run(daemons.one->prune({.versions = later, .changes = later})).value().written);
}

}  // namespace
}  // namespace carecloud
