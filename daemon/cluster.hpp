// This daemon as one of several on its store: the election of the daemon that runs the engine, the list of daemons, and
// the work for each other. If only one daemon can open the store, it leads from the start, and nothing of this is
// logged or reported. I/O thread only.
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

class Cluster : ElectionObserver, PeerHandler {
  public:
    // Carries out a request of another daemon and returns the answer.
    using CarryOut = std::function<Task<std::string>(std::string request)>;

    // All must outlive this object. `on_standby` is called whenever this daemon begins to stand by.
    Cluster(Process& process, StoreHandle& store, EngineSlot& engine, Leader& leader, CarryOut carry_out,
            std::function<void()> on_standby);

    // Returns after stop(). Throws what the leader throws.
    Task<> run();
    // For --once. Errors: as LeaderElection::run_once().
    Task<Result<>> run_once() { return election_.run_once(); }
    void stop();

    const LeaderElection& election() const { return election_; }
    bool stands_by() const { return shared_ && !election_.is_leading(); }
    // See ApiHost.
    Task<Result<std::optional<std::string>>> ask_leader(std::string request, Duration patience);
    Task<Result<std::vector<DaemonRow>>> daemons();

  private:
    // Parts that are needed only if several daemons can open the store.
    struct Shared {
        Shared(Clock& clock, Peers& with, Daemon self, PeerHandler& handler)
            : peers(with),
              heartbeat(clock, with, std::move(self)),
              work(clock, with, handler),
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
    std::optional<Shared> shared_;  // std::nullopt if only one daemon can open the store
};

}  // namespace carecloud
