// The leader's work for the other daemons on its store: it settles the events that they received and carries out the
// requests that they submitted. Checks each second, and when the store hints that there is work. I/O thread only.
#pragma once

#include "base/clock.hpp"
#include "store/peers.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace carecloud {

// Implemented by the daemon.
class PeerHandler {
  public:
    PeerHandler() = default;
    PeerHandler(const PeerHandler&) = delete;
    PeerHandler& operator=(const PeerHandler&) = delete;
    virtual ~PeerHandler() = default;

    // A daemon has received an event of the stream, which is stored and open.
    virtual void event_arrived(std::string_view stream) = 0;
    // Returns the answer. Must not throw.
    virtual Task<std::string> carry_out(std::string request) = 0;
};

class PeerWork {
  public:
    static constexpr Duration kEvery = std::chrono::seconds(1);
    // The maximum number of requests carried out concurrently; others wait.
    static constexpr std::size_t kAtOnce = 8;

    // All must outlive this object.
    PeerWork(Clock& clock, Peers& peers, PeerHandler& handler)
        : clock_(clock), peers_(peers), handler_(handler), alarm_(clock.make_alarm()) {}

    // Returns after stop(), when the requests in progress have been answered.
    Task<> run();
    void stop();
    // Work is done only while this daemon leads. Events that arrived earlier are found by the engine's first passes.
    void set_leading(bool leading);
    // There may be new events or requests.
    void hint() { alarm_->wake(); }

  private:
    Task<> check_events();
    Task<> check_requests();
    Task<> carry_out(PeerRequest request);

    Clock& clock_;
    Peers& peers_;
    PeerHandler& handler_;
    std::unique_ptr<Alarm> alarm_;
    std::optional<std::uint64_t> newest_event_;  // std::nullopt until the first check as the leader
    std::set<std::uint64_t> under_way_;
    Waiters done_;  // woken when one of these is done
    bool leading_ = false;
    bool stopped_ = false;
};

}  // namespace carecloud
