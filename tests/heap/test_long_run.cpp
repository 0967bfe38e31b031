// The engine over SQLite in the long run: memory after 1,000 passes is what it was after 10. Records are updated,
// disabled, spoiled and mended again, events are received and settled, and none of it is kept in memory.
#include "heap/live_bytes.hpp"
#include "runtime/system_clock.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "support/run_task.hpp"
#include "support/temp_dir.hpp"
#include "support/virtual/memory_portal.hpp"
#include "sync/engine.hpp"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <limits>
#include <string>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

const std::string kEntity = "claim_attendance";
constexpr unsigned kRecords = 200;
constexpr unsigned kTouched = 5;  // before each pass

// A few pages of SQLite's cache (16 KiB each) and rows of its own may be one more or less. A pass that kept as little
// as 66 bytes would show.
constexpr std::int64_t kToleranceBytes = 64 * 1024;

struct Counter : Observer {
    void pass_ended(const PassReport& report) override {
        ++passes;
        changes += report.summary.changes();
        settled += report.events.settled;
        if (report.error) last_error = report.error->message();
    }
    void backing_off(const PassReport&, Duration) override {}
    void push_silent(std::string_view, bool) override {}
    void bounded_pass(const Job& /*pass*/) override {}
    void failed(const Error& error) override { last_error = error.message(); }

    std::size_t passes = 0;
    std::size_t changes = 0;
    std::size_t settled = 0;
    std::string last_error;
};

std::string id_of(unsigned n) {
    std::string id = std::to_string(n + 1);
    id.insert(0, 24 - id.size(), '0');
    return id;
}

class LongRun {
  public:
    LongRun() {
        portal_.set_latency(Duration{0});
        for (unsigned n = 0; n < kRecords; ++n)
            put(n);
        EngineStream stream{
            .pass = {.spec = {.entity = kEntity, .bucket_id = "b"}, .overlap = std::chrono::seconds(1)}};
        stream.poll_every = std::chrono::hours(24);  // nudges alone
        EngineSettings settings{.streams = {stream}, .rate = {.per_second = 1e6, .burst = 1'000'000}};
        engine_ = std::make_unique<Engine>(clock_, portal_, *store_, *store_, settings, counter_);
        boost::asio::co_spawn(io_, engine_->run(), [this](const std::exception_ptr& thrown) {
            ended_ = true;
            if (thrown) std::rethrow_exception(thrown);
        });
        run_until([this] { return counter_.passes == 1; });
    }
    ~LongRun() {
        engine_->stop();
        run_until([this] { return ended_; });
    }
    LongRun(const LongRun&) = delete;
    LongRun& operator=(const LongRun&) = delete;

    const Counter& counter() const { return counter_; }

    void pass() {
        for (unsigned i = 0; i < kTouched; ++i)
            put(next_++ % kRecords);
        receive(next_ - 1);
        portal_.forget_requests();
        const std::size_t before = counter_.passes;
        engine_->nudge(kEntity);
        run_until([&] { return counter_.passes > before; });
    }

    // The least of a few passes: what the store's own threads hold for a moment is not counted.
    std::int64_t bytes_at_rest() {
        std::int64_t least = std::numeric_limits<std::int64_t>::max();
        for (int i = 0; i < 5; ++i) {
            pass();
            least = std::min(least, live_bytes());
        }
        return least;
    }

  private:
    // Each version is as long as any other; now and then one is disabled, or cannot be trusted (no event is of those).
    void put(unsigned n) {
        const Timestamp now = clock_.wall();
        model_.set_now(now);
        const std::string flag = n % 7 == 3 && next_ % 2 == 0 ? "true " : "false";
        const std::string invalid = n % 50 == 7 ? R"(,"bucket_id":17)" : R"(,"bucket_id":"b")";
        const Result<> stored = model_.put(
            kEntity, R"({"_id":")" + id_of(n) + R"(","modified":")" + now.to_string() + R"(","disabled":)" +
                         flag + invalid + R"(,"body":")" + std::string(500, 'x') + "\"}");
        REQUIRE(stored.has_value());
    }

    void receive(unsigned n) {
        std::string number = std::to_string(n);
        number.insert(0, 10 - number.size(), '0');
        Event event{.message_id = number,
                    .topic_arn = "topic",
                    .event_type = "attendance",
                    .stream = kEntity,
                    .record_id = id_of(n % kRecords),
                    .event_time = clock_.wall().to_string(),
                    .body = "{}"};
        bool received = false;
        boost::asio::co_spawn(io_, store_->receive(std::move(event)),
                              [&](const std::exception_ptr&, const Result<bool>& fresh) {
                                  REQUIRE(fresh.has_value());
                                  received = true;
                              });
        run_until([&] { return received; });
    }

    template <class Done>
    void run_until(Done done) {
        while (!done())
            REQUIRE(io_.run_one() > 0);
        io_.poll();
    }

    TempDir directory_;
    boost::asio::io_context io_;
    SystemClock clock_{io_};
    PortalModel model_;
    MemoryPortal portal_{clock_, model_};
    // A cache that is full after the first passes.
    std::unique_ptr<SqliteStore> store_ =
        SqliteStore::open({.path = directory_.file("store.db"), .cache_bytes = 512U << 10U}, clock_).value();
    Counter counter_;
    std::unique_ptr<Engine> engine_;
    unsigned next_ = 0;
    bool ended_ = false;
};

}  // namespace

TEST_CASE("memory after 1,000 passes equals memory after 10") {
    const char* given = std::getenv("CARECLOUD_PASSES");
    const int passes = given ? std::stoi(given) : 1000;
    LongRun run;
    while (run.counter().passes < 10)
        run.pass();
    const std::int64_t after_10 = run.bytes_at_rest();
    for (int i = 15; i < passes; ++i)
        run.pass();
    const std::int64_t at_the_end = run.bytes_at_rest();
    std::cout << after_10 << " bytes after 10 passes, " << at_the_end << " after " << passes << std::endl;
    CHECK(run.counter().last_error == "");
    CHECK(run.counter().changes >= static_cast<std::size_t>(passes) * kTouched * 9 / 10);
    CHECK(run.counter().settled >= static_cast<std::size_t>(passes) * 9 / 10);
    CHECK(at_the_end <= after_10 + kToleranceBytes);
}
