// The daemon that holds the lease is stopped (SIGSTOP) for longer than the lease lasts, at any point of its work:
// another one takes over in time, and the stopped one writes nothing more when it continues.
#include "system/cluster_site.hpp"

#include <algorithm>
#include <csignal>
#include <functional>
#include <iostream>
#include <memory>
#include <poll.h>
#include <random>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace carecloud;
using namespace std::chrono_literals;
using std::chrono::steady_clock;

namespace {

constexpr std::size_t kStoppableDaemons = 3;
constexpr auto kReachedWithin = 30s;
constexpr const char* kStandsBy = "this daemon stands by";

// Records which connection has written to the change log under which token.
constexpr const char* kNoteWriters =
    "CREATE TABLE public.writers (token bigint, pid integer);"
    " GRANT ALL ON public.writers TO carecloud;"
    " CREATE FUNCTION public.note_writer() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN"
    " INSERT INTO public.writers SELECT token, pg_backend_pid() FROM carecloud.leases;"
    " RETURN NULL; END$$;"
    " CREATE TRIGGER note_writer AFTER INSERT ON carecloud.changes FOR EACH STATEMENT"
    " EXECUTE FUNCTION public.note_writer()";

std::size_t count_of(const std::string& text, const std::string& word) {
    std::size_t count = 0;
    for (std::size_t at = 0; (at = text.find(word, at)) != std::string::npos; at += word.size())
        ++count;
    return count;
}

// Three daemons, with full records: the updates of a page do not fit in the buffers between the holder and the server.
class StoppedCluster {
  public:
    explicit StoppedCluster(std::uint64_t seed)
        : cluster_({.records = 300,
                    .portal = {"--sns-retries", "100", "--shape", "full", "--batch", "230", "--seed",
                               std::to_string(seed % 1'000'000)},
                    .poll_every = "1s"}) {
        cluster_.site.agency.config.page_size = 50;
        for (std::size_t i = 0; i < kStoppableDaemons; ++i)
            cluster_.start(i);
        REQUIRE(cluster_.broken_at_last() == "");
        cluster_.server.script(kNoteWriters, cluster_.database());
        admin_ = connect();
    }

    ClusterSite& cluster() { return cluster_; }

    // Takes a lock, stops the holder once a statement of it that begins with `statement` waits for this lock, and
    // releases the lock. Returns the ID of the server's process that serves the holder.
    std::string stop_at(const std::string& lock, const std::string& statement) {
        const std::string waits = wait_at(lock, statement);
        stop_holder();
        admin_->script("ROLLBACK");
        return waits;
    }
    // The same, without stopping the holder; release() releases the lock.
    std::string wait_at(const std::string& lock, const std::string& statement) {
        admin_->script("BEGIN; " + lock);
        cluster_.give_work(0, 200, 0);  // no new records, because those are written by COPY
        std::string pid;
        const auto waits = [&] {
            pid = cluster_.store.text(
                "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND usename = 'carecloud'"
                " AND query LIKE '" +
                statement + "%' LIMIT 1");
            return !pid.empty();
        };
        REQUIRE(cluster_.wait_until(waits, kReachedWithin));
        return pid;
    }
    void release() { admin_->script("ROLLBACK"); }
    void stop_holder() {
        const auto holder = cluster_.last_holder();
        REQUIRE(holder);
        stopped_ = *holder;
        token_ = cluster_.token();
        said_ = count_of(process().err(), kStandsBy);
        process().send(SIGSTOP);
        REQUIRE(process().wait_stopped());
        stopped_at_ = steady_clock::now();
    }
    // Measures the time until the takeover from now on, because the lease could not be taken before.
    void count_from_now() { stopped_at_ = steady_clock::now(); }
    bool is(const std::string& pid, const std::string& state) {
        return cluster_.wait_until(
            [&] {
                return cluster_.store.number("SELECT count(*) FROM pg_stat_activity WHERE pid = " + pid +
                                             " AND " + state) == 1;
            },
            kReachedWithin);
    }
    // Checks that another daemon takes over and works, and that the stopped one stands by once it continues.
    void recover() {
        const Milliseconds span = cluster_.taken_over(token_, stopped_at_);
        spans_.push_back(span);
        CHECK(span <= take_over_limit());
        CHECK(cluster_.holder() != stopped_);
        cluster_.give_work(100, 50, 5);
        const std::string seq = cluster_.store.text("SELECT seq FROM change_head");
        CHECK(cluster_.wait_until([&] { return cluster_.store.text("SELECT seq FROM change_head") != seq; }));
        process().send(SIGCONT);
        CHECK(process().wait_until([&] { return count_of(process().err(), kStandsBy) > said_; }, kWithin));
        CHECK(cluster_.broken_at_last() == "");
        // The connections of the stopped daemon have written nothing in the next term, which is that of another daemon.
        CHECK(cluster_.store.number("SELECT count(*) FROM public.writers n JOIN public.writers o USING (pid)"
                                    " WHERE n.token = o.token + 1 AND o.token = " +
                                    std::to_string(token_)) == 0);
    }
    void show() {
        std::sort(spans_.begin(), spans_.end());
        std::cout << "the holder of the lease: stopped " << spans_.size()
                  << " times; the lease was taken over after " << spans_.at(spans_.size() / 2).count()
                  << " ms in the median, " << spans_.back().count() << " ms at most" << std::endl;
    }

  private:
    Process& process() { return cluster_.daemon(stopped_); }
    // A session without the time limits of the daemons' sessions.
    std::unique_ptr<PgConnection> connect() const {
        const PostgresSettings settings = cluster_.server.settings(cluster_.database());
        return std::make_unique<PgConnection>(settings, settings.hosts.front());
    }

    ClusterSite cluster_;
    std::unique_ptr<PgConnection> admin_;
    std::size_t stopped_ = 0;
    std::uint64_t token_ = 0;
    std::size_t said_ = 0;
    steady_clock::time_point stopped_at_{};
    std::vector<Milliseconds> spans_;
};

}  // namespace

TEST_CASE(
    "the holder of the lease is stopped at a random point, in a COPY, in a transaction, in a pipeline, and "
    "in a commit") {
    const std::uint64_t seed = test_seed();
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    StoppedCluster stopped(seed);
    for (int round = 0; round < test_rounds(); ++round) {
        CAPTURE(round);
        stopped.cluster().give_work(200, 200, 5);
        ::poll(nullptr, 0, std::uniform_int_distribution<int>(0, 800)(random));
        stopped.stop_holder();
        stopped.recover();

        const std::string copying = stopped.stop_at("LOCK carecloud.changes IN SHARE MODE", "COPY changes");
        CHECK(stopped.is(copying, "state = 'active' AND wait_event = 'ClientRead'"));
        stopped.recover();

        const std::string idle =
            stopped.stop_at("SELECT 1 FROM carecloud.change_head FOR UPDATE", "UPDATE change_head");
        CHECK(stopped.is(idle, "state = 'idle in transaction'"));
        stopped.recover();

        const std::string sending = stopped.stop_at("LOCK carecloud.records IN SHARE MODE", "UPDATE records");
        CHECK(stopped.is(sending, "state = 'active' AND wait_event = 'ClientRead'"));
        stopped.recover();

        const std::string committing =
            stopped.wait_at("SELECT 1 FROM carecloud.change_head FOR UPDATE", "UPDATE change_head");
        stopped.cluster().server.require_standby();
        stopped.release();
        REQUIRE(stopped.is(committing, "wait_event = 'SyncRep'"));
        stopped.stop_holder();
        stopped.cluster().server.set("synchronous_standby_names", "");
        stopped.count_from_now();
        stopped.recover();
    }
    stopped.show();
}
