// Several daemons on one database of a private PostgreSQL server, and a portal whose SNS publishes to all of them. The
// daemons' role owns the database and has no other privileges.
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

// The longest time until a daemon takes over after the holder has ended. Longer with a sanitizer.
Milliseconds take_over_limit();

class ClusterSite {
  public:
    explicit ClusterSite(SiteOptions options = {}, const PostgresCluster::Options& server_options = {});

    PostgresCluster server;
    EventSite site;  // all daemons use its agency
    PostgresReader store;

    const std::string& database() const { return database_; }
    // Adds a server with the same database, as the first or the last host, to `store` and to the configuration of the
    // daemons that start from now on.
    void add_server(const PostgresCluster& other, bool first = false);

    // Starts a daemon. The first time its endpoint is subscribed; later it uses the same port again.
    Process& start(std::size_t i, const std::function<int()>& prepare = {});
    Process& daemon(std::size_t i) { return *daemons_.at(i).process; }
    // Sends SIGHUP and waits until the agency's current configuration takes effect.
    void reload(std::size_t i);
    // kill -9.
    void kill(std::size_t i);
    // SIGTERM; checks that the exit code is 0.
    void stop(std::size_t i);
    bool runs(std::size_t i) const { return i < daemons_.size() && daemons_[i].process; }

    // The daemon that took the lease last, and the one that holds it now; std::nullopt if that daemon does not run or
    // the lease has expired.
    std::optional<std::size_t> last_holder();
    std::optional<std::size_t> holder();
    std::uint64_t token() { return store.number("SELECT max(token) FROM leases"); }
    // Waits until a daemon holds a lease with a higher token. Returns the time since `since`.
    Milliseconds taken_over(std::uint64_t token_before, std::chrono::steady_clock::time_point since);
    bool wait_until(const std::function<bool()>& condition, Milliseconds limit = kWithin) const;

    // Adds and changes records at the portal, and publishes messages.
    void give_work(int generated, int touched, int messages);
    const std::vector<std::string>& sent() const { return sent_; }
    // Checks what must hold at any time: the log has no gap and no duplicate, its replay yields the records, and each
    // acknowledged message is stored as an event. Returns the first violation as text; empty if there is none.
    std::string broken_now();
    // Waits until no message is pending, all events are settled and the store equals the portal. Returns the first
    // violation as text; empty if there is none.
    std::string broken_at_last();

  private:
    struct Slot {
        std::optional<Process> process{};
        std::string listen = "127.0.0.1:0";  // in its configuration
        std::uint16_t port = 0;
    };

    std::string database_;
    std::vector<PostgresHost> hosts_;
    std::deque<Slot> daemons_;
    std::vector<std::string> sent_;
};

}  // namespace carecloud
