// The store's thread and the coroutines that wait for it.
#include "store/job_thread.hpp"
#include "store/sqlite/connection.hpp"
#include "support/run_task.hpp"
#include "unit/store_sqlite/fixture.hpp"

#include <optional>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

namespace asio = boost::asio;

// Opened by the test to let the thread go on: a job waits in it.
class Gate {
  public:
    void open() {
        const std::lock_guard lock(mutex_);
        open_ = true;
        changed_.notify_all();
    }
    void wait() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return open_; });
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool open_ = false;
};

Task<> commit_into(SqliteStore& store, Batch batch, std::optional<Result<CommitSummary>>& answer) {
    answer = co_await store.commit(std::move(batch));
}

Batch batch_of(PagePtr page) {
    return {.stream = "s", .page = std::move(page), .state = {}, .unreachable = {}};
}

}  // namespace

TEST_CASE("jobs run in submission order, off the caller's thread, and complete on the I/O thread") {
    asio::io_context io;
    JobThread thread([] {}, std::chrono::milliseconds(1));
    std::vector<int> order;
    const auto caller = std::this_thread::get_id();
    bool elsewhere = true;
    bool here = true;
    for (int i = 0; i < 50; ++i) {
        auto job = [&, i]() -> Result<int> {
            elsewhere = elsewhere && std::this_thread::get_id() != caller;
            order.push_back(i);
            return i;
        };
        asio::co_spawn(io, thread.run<int>(job), [&](std::exception_ptr, Result<int>) {
            here = here && std::this_thread::get_id() == caller;
        });
    }
    io.run();  // ends by itself: pending jobs count as work
    CHECK(elsewhere);
    CHECK(here);
    REQUIRE(order.size() == 50);
    CHECK(std::is_sorted(order.begin(), order.end()));
}

TEST_CASE("a canceled waiter still gets the true outcome of its job") {
    StoreFixture fixture;
    fixture.open();
    asio::cancellation_signal cancel;
    std::optional<Result<CommitSummary>> answer;
    auto waiter = commit_into(fixture.store(), batch_of(page_of("a", 100, 1000)), answer);
    asio::co_spawn(fixture.io(), std::move(waiter),
                   asio::bind_cancellation_slot(cancel.slot(), asio::detached));
    fixture.io().poll();  // the commit is handed in
    cancel.emit(asio::cancellation_type::terminal);
    fixture.io().restart();
    fixture.io().run();
    REQUIRE(answer);
    REQUIRE(answer->has_value());
    CHECK((*answer)->created == 100);
}

TEST_CASE("closing completes submitted jobs; later ones are refused") {
    StoreFixture fixture;
    fixture.open();
    std::optional<Result<CommitSummary>> first;
    std::optional<Result<CommitSummary>> second;
    asio::co_spawn(fixture.io(), commit_into(fixture.store(), batch_of(page_of("a", 100, 10)), first),
                   asio::detached);
    asio::co_spawn(fixture.io(), commit_into(fixture.store(), batch_of(page_of("b", 100, 10)), second),
                   asio::detached);
    fixture.io().poll();
    fixture.store().close();
    fixture.io().restart();
    fixture.io().run();
    REQUIRE((first && first->has_value()));
    REQUIRE((second && second->has_value()));
    const auto refused = fixture.commit(page_of("c", 1, 10));
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == ErrorCode::canceled);
    fixture.store().close();  // again, and nothing happens
    CHECK(fixture.value("SELECT count(*) FROM records") == "200");
}

TEST_CASE("a store destroyed while its waiters live keeps their work in the file") {
    StoreFixture fixture;
    fixture.open();
    std::optional<Result<CommitSummary>> answer;
    asio::co_spawn(fixture.io(), commit_into(fixture.store(), batch_of(page_of("a", 100, 10)), answer),
                   asio::detached);
    fixture.io().poll();
    fixture.close();
    CHECK(fixture.value("SELECT count(*) FROM records") == "100");
    // The waiter was never resumed here; its frame goes with the io_context.
}

TEST_CASE("the thread notices when it is idle, once for each idle period") {
    asio::io_context io;
    Gate quiet;
    int times = 0;
    auto noticed = [&] {
        ++times;
        quiet.open();
    };
    JobThread thread(noticed, std::chrono::milliseconds(1));
    CHECK(*run_task(io, thread.run<int>([]() -> Result<int> { return 1; })) == 1);
    quiet.wait();
    thread.close();
    CHECK(times >= 1);
    CHECK(times <= 2);  // before the job, and after it
}

TEST_CASE("the page cache is released on request, and written data is still there") {
    TempDir directory;
    Connection db(directory.file("some.db"), "");
    db.execute("PRAGMA cache_size = -65536; PRAGMA journal_mode = WAL; CREATE TABLE t (a BLOB)");
    for (int i = 0; i < 16; ++i)
        db.execute("INSERT INTO t VALUES (randomblob(1000000))");
    const std::size_t before = db.cache_bytes();
    db.release_memory();
    CHECK(before > 8'000'000);
    CHECK(db.cache_bytes() < 1'000'000);
    CHECK(db.number("SELECT count(*) FROM t") == 16);
}
