// Several daemons on one database of a private PostgreSQL server, and a portal whose SNS publishes to all of them. The
// daemons' role owns the database and is nothing else.
//
//     ClusterSite cluster({.records = 2000});
//     for (std::size_t i = 0; i < 3; ++i)
//         cluster.start(i);
//     cluster.kill(*cluster.holder());
//     REQUIRE(cluster.broken_now() == "");
//
// Used from one thread. If a condition is never met, a function throws or returns a message.
#pragma once

#include "support/postgres_cluster/postgres_cluster.hpp"
#include "system/event_site.hpp"
#include "system/postgres_reader.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace carecloud {

using Milliseconds = std::chrono::milliseconds;

// A daemon takes over in so long after the holder's end; with a sanitizer everything takes longer.
Milliseconds take_over_limit();

class ClusterSite {
  public:
    explicit ClusterSite(SiteOptions options = {}, const PostgresCluster::Options& server_options = {});

    PostgresCluster server;
    EventSite site;  // its agency is that of every daemon
    PostgresReader store;

    const std::string& database() const { return database_; }
    // The daemons that start from now on know this server, too, first or last. It has the same database.
    void add_server(const PostgresCluster& other, bool first = false);

    // Starts a daemon, at its former port; the first time its endpoint is subscribed.
    Process& start(std::size_t i, const std::function<int()>& prepare = {});
    Process& daemon(std::size_t i) { return *daemons_.at(i).process; }
    // With the agency's present configuration, by SIGHUP; waits until it takes effect.
    void reload(std::size_t i);
    // kill -9.
    void kill(std::size_t i);
    // SIGTERM, and 0.
    void stop(std::size_t i);
    bool runs(std::size_t i) const { return i < daemons_.size() && daemons_[i].process; }

    // The daemon that took the lease last, and whether it still has it.
    std::optional<std::size_t> last_holder();
    std::optional<std::size_t> holder();
    std::uint64_t token() { return store.number("SELECT max(token) FROM leases"); }
    // Waits until a daemon has taken a lease with a higher token; how long after `since`.
    Milliseconds taken_over(std::uint64_t token_before, std::chrono::steady_clock::time_point since);
    bool wait_until(const std::function<bool()>& condition, Milliseconds limit = kWithin) const;

    // New and changed records at the portal, and messages.
    void give_work(int generated, int touched, int messages);
    const std::vector<std::string>& sent() const { return sent_; }
    // What must hold at any instant: the log has neither a gap nor a duplicate, its replay yields the records, and what
    // was acknowledged is an event. The first that does not, as text.
    std::string broken_now();
    // Waits until all messages have ended and are settled, and the store equals the portal. What does not, as text.
    std::string broken_at_last();

  private:
    struct Slot {
        std::optional<Process> process{};
        std::string listen = "127.0.0.1:0";  // of its configuration
        std::uint16_t port = 0;
    };

    void write_url();

    std::string database_;
    std::vector<PostgresHost> hosts_;
    std::deque<Slot> daemons_;
    std::vector<std::string> sent_;
};

}  // namespace carecloud
