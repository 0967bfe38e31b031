// This daemon among those on its store: the election of the one that runs the engine, the list of all of them, and what
// they do for each other. Where the store is one that one daemon alone can open, it leads from the start, and nothing
// of this is logged or reported. I/O thread alone.
#pragma once

#include "process.hpp"
#include "sync/leader/heartbeat.hpp"
#include "sync/leader/leader_election.hpp"
#include "sync/leader/peer_work.hpp"
#include "sync/leader/request_relay.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

class Cluster : ElectionObserver, PeerServant {
  public:
    // Carries out a request of another daemon; its answer.
    using CarryOut = std::function<Task<std::string>(std::string request)>;

    // All of these outlive it. `on_standby`: called whenever this daemon begins to stand by.
    Cluster(Process& process, StoreHandle& store, EngineSlot& engine, Leader& leader, CarryOut carry_out,
            std::function<void()> on_standby);

    // Until stop(). Throws what the leader throws.
    Task<> run();
    // For --once. Errors: as LeaderElection::run_once().
    Task<Result<>> run_once() { return election_.run_once(); }
    void stop();

    const LeaderElection& election() const { return election_; }
    bool stands_by() const { return shared_ && !election_.is_leading(); }
    // As ApiHost.
    Task<Result<std::optional<std::string>>> ask_leader(std::string request, Duration patience);
    Task<Result<std::vector<DaemonRow>>> daemons();

  private:
    // What a store with several daemons needs besides.
    struct Shared {
        Shared(Clock& clock, Peers& with, Daemon self, PeerServant& servant)
            : peers(with),
              heartbeat(clock, with, std::move(self)),
              work(clock, with, servant),
              relay(clock, with) {}

        Peers& peers;
        Heartbeat heartbeat;
        PeerWork work;
        RequestRelay relay;
    };

    void leads(const Lease& lease) override;
    void stands_by(const std::optional<Error>& why) override;
    void election_failed(const Error& error) override;
    void event_arrived(std::string_view stream) override { engine_.wake(stream); }
    Task<std::string> carry_out(std::string request) override { return carry_out_(std::move(request)); }

    Task<> elect();

    Process& process_;
    EngineSlot& engine_;
    CarryOut carry_out_;
    std::function<void()> on_standby_;
    std::string id_;
    LeaderElection election_;
    std::optional<Shared> shared_;  // none: this daemon alone can open the store
};

}  // namespace carecloud
