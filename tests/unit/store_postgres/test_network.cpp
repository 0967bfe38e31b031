// The network between a daemon and the server drops every packet, in both directions, and reports nothing.
#include "own_network.hpp"
#include "runtime/system_clock.hpp"
#include "store/postgres/open_postgres.hpp"
#include "store/postgres/session.hpp"
#include "support/pages.hpp"
#include "support/postgres_cluster/postgres_cluster.hpp"
#include "sync/leader/leader_election.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
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

using namespace std::chrono_literals;
using std::chrono::steady_clock;

// The longest timeout for a response is 8 seconds; for slow reads it is that of the kernel, 12 seconds.
constexpr auto kEveryWaitEnds = 15s;
constexpr auto kTakenOverWithin = 10s;
constexpr auto kPatience = 60s;

// A daemon that stores one record after another while it leads.
class RecordWriter : Leader, ElectionObserver {
  public:
    RecordWriter(boost::asio::io_context& io, SystemClock& clock, const PostgresSettings& settings,
                 std::string name)
        : clock_(clock),
          name_(std::move(name)),
          handle_(open_postgres_store(settings, clock).value()),
          alarm_(clock.make_alarm()),
          election_(clock, handle_->leases(), handle_->store(), *this, *this,
                    {.holder = name_, .seed = name_.size()}) {
        boost::asio::co_spawn(io, election_.run(), [this](const std::exception_ptr& thrown) {
            ended_ = true;
            if (thrown) std::rethrow_exception(thrown);
        });
    }

    StoreHandle& handle() { return *handle_; }
    void stop() { election_.stop(); }
    bool ended() const { return ended_; }
    bool leads() const { return leads_; }
    int stored() const { return stored_; }
    // When it last began to lead.
    steady_clock::time_point led_at() const { return led_at_; }
    steady_clock::time_point stop_asked_at() const { return stop_asked_at_; }

  private:
    Task<Result<>> lead() override {
        leads_ = true;
        std::optional<Error> lost;
        for (stopping_ = false; !stopping_ && !lost;) {
            auto committing = handle_->store().commit(next_batch());
            const Result<CommitSummary> committed = co_await std::move(committing);
            if (committed) {
                ++stored_;
            } else if (committed.error().code == ErrorCode::store_lost) {
                lost = committed.error();
            }
            const MonoTime next = clock_.now() + 20ms;
            if (!stopping_) co_await alarm_->wait_until(next);
        }
        leads_ = false;
        if (lost) co_return *lost;
        co_return Result<>{};
    }
    void stop_leading() override {
        stopping_ = true;
        stop_asked_at_ = steady_clock::now();
        alarm_->wake();
    }
    void leads(const Lease& /*lease*/) override { led_at_ = steady_clock::now(); }
    void stands_by(const std::optional<Error>& /*why*/) override {}
    void election_failed(const Error& /*error*/) override {}

    // Returns the same batch until it is known to be stored.
    Batch next_batch() const {
        return {
            .stream = "s",
            .page = make_page({{.id = name_ + std::to_string(stored_), .modified = "2024-01-01T00:00:00Z"}})};
    }

    SystemClock& clock_;
    std::string name_;
    std::unique_ptr<StoreHandle> handle_;
    std::unique_ptr<Alarm> alarm_;
    LeaderElection election_;
    int stored_ = 0;
    bool leads_ = false;
    bool stopping_ = false;
    bool ended_ = false;
    steady_clock::time_point led_at_{};
    steady_clock::time_point stop_asked_at_{};
};

struct Call {
    bool ended = false;
    bool failed = false;
};

class Loop {
  public:
    boost::asio::io_context io{};
    SystemClock clock{io};

    bool wait_for(const std::function<bool()>& condition, steady_clock::duration limit) {
        const auto until = steady_clock::now() + limit;
        while (!condition() && steady_clock::now() < until)
            io.run_one_for(50ms);
        return condition();
    }
    template <class T>
    void begin(Task<Result<T>> task) {
        Call& call = calls_.emplace_back();
        boost::asio::co_spawn(io, std::move(task),
                              [&call](const std::exception_ptr&, const Result<T>& value) {
                                  call = {.ended = true, .failed = value.has_error()};
                              });
    }
    bool all_ended() const {
        return std::all_of(calls_.begin(), calls_.end(), [](const Call& call) { return call.ended; });
    }
    // The number of calls that have failed so far.
    std::size_t failures() const {
        return static_cast<std::size_t>(
            std::count_if(calls_.begin(), calls_.end(), [](const Call& call) { return call.failed; }));
    }
    std::size_t calls() const { return calls_.size(); }
    void begin_all(StoreHandle& store) {
        calls_.clear();
        begin(store.inbox().receive({.message_id = "m", .stream = "s", .body = "{}"}));
        begin(store.store().load_stream("s"));
        begin(store.store().count_live("s", ""));
        begin(store.reader().counts("2024-01"));
        begin(store.peers()->daemons());
    }

  private:
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io.get_executor()};
    std::deque<Call> calls_;
};

TEST_CASE(
    "packets are dropped: every wait ends, and the holder stops before another daemon takes over, and leads "
    "again later") {
    const auto network = OwnNetwork::enter();
    if (!network) {
        WARN("skipped: this user may not create a network namespace");
        return;
    }
    PostgresCluster cluster;
    const PostgresSettings near = cluster.fresh_database();
    PostgresSettings far = near;
    far.hosts = cluster.tcp_settings(near.database).hosts;
    Loop loop;
    RecordWriter distant(loop.io, loop.clock, far, "distant");
    REQUIRE(loop.wait_for([&] { return distant.stored() > 10; }, kPatience));
    RecordWriter local(loop.io, loop.clock, near, "local");
    loop.begin_all(distant.handle());
    REQUIRE(loop.wait_for([&] { return loop.all_ended(); }, kPatience));
    CHECK(loop.failures() == 0);

    network->drop_packets(true);
    const auto cut = steady_clock::now();
    loop.begin_all(distant.handle());
    CHECK(loop.wait_for([&] { return local.leads(); }, kTakenOverWithin));
    CHECK(distant.stop_asked_at() > cut);
    CHECK(distant.stop_asked_at() < local.led_at());
    CHECK(loop.wait_for([&] { return loop.all_ended() && !distant.leads(); },
                        cut + kEveryWaitEnds - steady_clock::now()));
    CHECK(loop.failures() == loop.calls());

    network->drop_packets(false);
    const auto reconnected = [&] {
        loop.begin_all(distant.handle());
        return loop.wait_for([&] { return loop.all_ended(); }, kPatience) && loop.failures() == 0;
    };
    CHECK(loop.wait_for(reconnected, kPatience));
    const int before = distant.stored();
    local.stop();
    CHECK(loop.wait_for([&] { return local.ended() && distant.stored() > before + 10; }, kPatience));
    distant.stop();
    REQUIRE(loop.wait_for([&] { return distant.ended(); }, kPatience));

    const auto db = open_session(near);
    const PgRows log = db->query("SELECT count(*), count(DISTINCT id), min(seq), max(seq) FROM changes");
    const int stored = distant.stored() + local.stored();
    for (int column : {0, 1, 3})
        CHECK(log[0].number(column) == stored);
    CHECK(log[0].number(2) == 1);
}

}  // namespace
}  // namespace carecloud
