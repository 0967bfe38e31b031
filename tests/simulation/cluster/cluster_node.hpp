// One daemon of a simulated cluster: an election with the product's engine, and the work for other daemons, on a store
// that it shares with them. It has its own clock, which may be wrong, and can be killed, stopped, paused and cut off
// from the store.
#pragma once

#include "simulation/watched_portal.hpp"
#include "support/memory_inbox/memory_peers.hpp"
#include "support/memory_store/memory_leases.hpp"
#include "support/virtual/memory_portal.hpp"
#include "support/virtual/virtual_clock.hpp"
#include "sync/engine.hpp"
#include "sync/leader/leader_election.hpp"
#include "sync/leader/leased_portal.hpp"
#include "sync/leader/peer_work.hpp"
#include "sync/leader/request_relay.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/io_context.hpp>

namespace carecloud {

// The objects that the daemons of a cluster share. All outlive the daemons.
struct ClusterShared {
    std::shared_ptr<MemoryStoreContent> store = std::make_shared<MemoryStoreContent>();
    std::shared_ptr<MemoryInboxContent> inbox = std::make_shared<MemoryInboxContent>();
    std::shared_ptr<MemoryPeersContent> peers = std::make_shared<MemoryPeersContent>();
    PortalModel& model;
    RequestMeter& requests;
    const Clock& server;  // the store's clock, which is the world's
    std::function<Duration()> page_time;
    std::function<void(const std::string&)> broken;
    std::function<void(const std::string&)> say;
};

class ClusterNode : Leader, ElectionObserver, PeerHandler, Observer {
  public:
    // Starts a process at `now`, whose wall clock is ahead by `wall_shift`.
    ClusterNode(const ClusterShared& shared, std::string name, Timestamp now, Duration wall_shift,
                std::uint64_t seed);
    // Kills the process.
    ~ClusterNode() override;

    // Runs everything until `limit`, including sleeps that end then.
    void run_until(Timestamp limit);
    // When its next sleep ends.
    Timestamp next() const;
    // Lets the time pass without running it, as under SIGSTOP.
    void oversleep_until(Timestamp now) { clock_.oversleep(now - world_time()); }
    void stop() { election_.stop(); }
    bool has_ended() const { return ended_; }

    void cut_off(bool cut) { cut_off_ = cut; }
    bool is_cut_off() const { return cut_off_; }
    // Whether the engine runs and was not asked to stop.
    bool leads() const { return leading_; }
    bool trusts_its_lease() const { return election_.is_trusted(); }
    // How often another daemon took its lease, or may have.
    std::size_t losses() const { return losses_; }
    const std::string& name() const { return name_; }

    // Receives an event like the endpoint: stores it first. `answered`: whether the sender gets status 200.
    void receive(Event event, std::function<void(bool)> answered);
    // Submits an operator's request. `answered`: whether it was carried out, by this or another daemon.
    void request(std::function<void(bool)> answered);

  private:
    // Killing a process destroys its waiting coroutines without resuming them.
    struct Context : boost::asio::io_context {
        Context() : io_context(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE) {}
        void kill() { shutdown(); }
    };

    Task<Result<>> lead() override;
    void stop_leading() override;
    void leads(const Lease& lease) override;
    void stands_by(const std::optional<Error>& why) override;
    void election_failed(const Error& error) override;
    void event_arrived(std::string_view stream) override;
    Task<std::string> carry_out(std::string request) override;
    void pass_ended(const PassReport& report) override;
    void backing_off(const PassReport& /*report*/, Duration /*pause*/) override {}
    void push_silent(std::string_view /*stream*/, bool /*silent*/) override {}
    void bounded_pass(const Job& /*pass*/) override {}
    void failed(const Error& error) override;

    void set_hooks();
    Task<> request_relayed(std::function<void(bool)> answered);
    EngineSettings engine_settings();
    Timestamp world_time() const { return start_ + clock_.now().since_origin; }

    ClusterShared shared_;
    std::string name_;
    Timestamp start_;
    Random random_;
    Context io_;
    VirtualClock clock_;
    MemoryPortal portal_;
    WatchedPortal watched_;
    MemoryStore store_;
    MemoryInbox inbox_;
    MemoryPeers peers_;
    MemoryLeases leases_;
    LeaderElection election_;
    LeasedPortal leased_;
    PeerWork work_;
    RequestRelay relay_;
    std::unique_ptr<Engine> engine_;
    std::size_t losses_ = 0;
    bool leading_ = false;
    bool cut_off_ = false;
    bool ended_ = false;
};

}  // namespace carecloud
