// Concurrent requests for the same page share one read of the store.
#include "api/change_feed.hpp"
#include "runtime/system_clock.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

Error not_asked() {
    return {.code = ErrorCode::store_failed,
            .operation = "read",
            .subject = "nobody asks for this here",
            .hint = ""};
}

// Counts the reads of changes, and ends them when the test says so.
class HeldReader : public Reader {
  public:
    explicit HeldReader(Clock& clock) : gate_(clock) {}

    Task<Result<ChangePage>> changes(std::uint64_t since, std::size_t /*limit*/) override {
        ++reads;
        const std::uint64_t number = reads;
        auto waiting = gate_.wait_beyond(number - 1, Clock::never);
        co_await std::move(waiting);
        co_return ChangePage{.generation = std::to_string(number), .newest_seq = since};
    }
    void end_reads() { gate_.announce(reads); }

    Task<Result<std::optional<RecordRow>>> record(std::string, std::string) override {
        co_return not_asked();
    }
    Task<Result<RecordPage>> records(RecordFilter) override { co_return not_asked(); }
    Task<Result<std::optional<VersionPage>>> versions(std::string, std::string, std::optional<std::uint64_t>,
                                                      std::size_t) override {
        co_return not_asked();
    }
    Task<Result<std::optional<VersionBody>>> version(std::string, std::string, std::uint64_t) override {
        co_return not_asked();
    }
    Task<Result<RecordLife>> life(std::string, std::string) override { co_return not_asked(); }
    Task<Result<EventPage>> events(std::optional<EventState>, std::optional<std::uint64_t>,
                                   std::size_t) override {
        co_return not_asked();
    }
    Task<Result<QuarantinePage>> quarantine(std::optional<QuarantineKey>, std::size_t) override {
        co_return not_asked();
    }
    Task<Result<std::optional<QuarantineRow>>> quarantined(QuarantineKey) override { co_return not_asked(); }
    Task<Result<std::vector<Job>>> passes(std::size_t) override { co_return not_asked(); }
    Task<Result<std::optional<Job>>> pass(std::uint64_t) override { co_return not_asked(); }
    Task<Result<StoreCounts>> counts(std::string) override { co_return not_asked(); }
    Task<Result<std::uint64_t>> count_records(std::string) override { co_return not_asked(); }

    std::uint64_t reads = 0;

  private:
    ChangeFeed gate_;
};

class Readers {
  public:
    void ask(std::uint64_t since, boost::asio::cancellation_slot slot = {}) {
        boost::asio::co_spawn(
            io_, reads_.changes(since, 10),
            boost::asio::bind_cancellation_slot(
                slot, [this](const std::exception_ptr& thrown, const ChangeReads::Page& page) {
                    generations.push_back(thrown ? "cut off" : (*page)->generation);
                }));
        run();
    }
    void announce(std::uint64_t seq) { feed_.announce(seq); }
    void end_reads() {
        reader.end_reads();
        run();
    }

  private:
    void run() {
        io_.restart();
        io_.poll();
    }

    boost::asio::io_context io_;
    SystemClock clock_{io_};
    ChangeFeed feed_{clock_};

  public:
    HeldReader reader{clock_};
    std::vector<std::string> generations;

  private:
    ChangeReads reads_{clock_, reader, feed_};
};

using Generations = std::vector<std::string>;

}  // namespace

TEST_CASE("concurrent requests for the same page share one read, others use their own") {
    Readers readers;
    for (int i = 0; i < 5; ++i)
        readers.ask(1);
    readers.ask(2);
    CHECK(readers.reader.reads == 2);
    CHECK(readers.generations.empty());
    readers.end_reads();
    REQUIRE(readers.generations.size() == 6);
    CHECK(std::count(readers.generations.begin(), readers.generations.end(), "1") == 5);
    readers.ask(1);
    CHECK(readers.reader.reads == 3);
    readers.end_reads();
    CHECK(readers.generations.back() == "3");
}

TEST_CASE("a request after an announcement never joins a read that began before it") {
    Readers readers;
    readers.ask(1);
    readers.announce(7);
    readers.ask(1);
    CHECK(readers.reader.reads == 2);
    readers.end_reads();
    CHECK(readers.generations == Generations{"1", "2"});
}

TEST_CASE("if the reading request is interrupted, those that joined read again") {
    Readers readers;
    boost::asio::cancellation_signal cancel;
    readers.ask(1, cancel.slot());
    readers.ask(1);
    readers.ask(1);
    CHECK(readers.reader.reads == 1);
    cancel.emit(boost::asio::cancellation_type::terminal);
    readers.end_reads();
    CHECK(readers.generations == Generations{"cut off"});
    CHECK(readers.reader.reads == 2);
    readers.end_reads();
    CHECK(readers.generations == Generations{"cut off", "2", "2"});
}
