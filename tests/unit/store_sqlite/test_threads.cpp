// The store's thread and the coroutines that wait for it.
#include "store/job_thread.hpp"
#include "store/sqlite/connection.hpp"
#include "support/run_task.hpp"
#include "unit/store_sqlite/fixture.hpp"
#include "unit/store_sqlite/slow_disk.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <utility>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

namespace asio = boost::asio;

// A job waits in it until the test opens it.
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

// A call of the store that may still be in progress.
template <class T>
class Call {
  public:
    Call(asio::io_context& io, Task<Result<T>> task) {
        asio::co_spawn(io, keep(std::move(task), answer_), asio::detached);
    }
    bool is_done() const { return answer_->has_value(); }
    Result<T>& answer() const { return **answer_; }

  private:
    using Answer = std::shared_ptr<std::optional<Result<T>>>;

    static Task<> keep(Task<Result<T>> task, Answer answer) { *answer = co_await std::move(task); }

    Answer answer_ = std::make_shared<std::optional<Result<T>>>();
};

bool runs_until(asio::io_context& io, const std::function<bool()>& done) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!done() && std::chrono::steady_clock::now() < deadline) {
        io.restart();
        io.run_one_for(std::chrono::milliseconds(100));
    }
    return done();
}

Event event_of(const char* message) {
    return {.message_id = message,
            .topic_arn = "topic",
            .event_type = "attendance",
            .stream = "s",
            .record_id = "a1",
            .event_time = "2024-03-10T12:00:00.0000000Z",
            .body = "{}"};
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
    io.run();  // returns when nothing is left: pending jobs count as work
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
    fixture.io().poll();  // the commit is submitted
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
    fixture.store().close();  // again, without effect
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
    // The waiting coroutine was never resumed; its frame is destroyed with the io_context.
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

TEST_CASE("the keys of live records are read and counted while the writer waits") {
    StoreFixture fixture;
    SqliteSettings settings = fixture.settings();
    settings.busy_timeout = std::chrono::minutes(10);
    fixture.open(settings);
    REQUIRE(fixture.commit(page_of("a", 100, 10)).has_value());
    Connection other(fixture.path(), "");
    other.execute("BEGIN IMMEDIATE");
    const Call received(fixture.io(), fixture.store().receive(event_of("m1")));
    const Call live(fixture.io(), fixture.store().live({.stream = "s", .limit = 1000}));
    const Call count(fixture.io(), fixture.store().count_live("s", ""));
    CHECK(runs_until(fixture.io(), [&] { return live.is_done() && count.is_done(); }));
    CHECK_FALSE(received.is_done());
    other.execute("ROLLBACK");
    REQUIRE(
        runs_until(fixture.io(), [&] { return received.is_done() && live.is_done() && count.is_done(); }));
    CHECK(live.answer()->size() == 100);
    CHECK(*count.answer() == 100);
    CHECK(*received.answer());
}

TEST_CASE("an event is stored while the keys of live records are read and counted") {
    SlowDisk disk;
    StoreFixture fixture;
    SqliteSettings settings = fixture.settings();
    settings.vfs = SlowDisk::kName;
    fixture.open(settings);
    REQUIRE(fixture.commit(page_of("a", 100, 10)).has_value());
    std::optional<SlowDisk::HeldReads> held(disk);
    const Call live(fixture.io(), fixture.store().live({.stream = "s", .limit = 1000}));
    const Call count(fixture.io(), fixture.store().count_live("s", ""));
    fixture.io().restart();
    fixture.io().poll();
    REQUIRE(disk.waits_for_read());
    const Call received(fixture.io(), fixture.store().receive(event_of("m1")));
    const Call committed(fixture.io(), fixture.store().commit(batch_of(page_of("b", 100, 10))));
    CHECK(runs_until(fixture.io(), [&] { return received.is_done() && committed.is_done(); }));
    CHECK_FALSE(live.is_done());
    CHECK_FALSE(count.is_done());
    held.reset();
    REQUIRE(runs_until(fixture.io(), [&] {
        return received.is_done() && committed.is_done() && live.is_done() && count.is_done();
    }));
    CHECK(*received.answer());
    CHECK((*committed.answer()).created == 100);
    CHECK(live.answer()->size() == 200);
    CHECK(*count.answer() == 200);
}
