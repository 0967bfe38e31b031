// What the leader does for the other daemons on its store: it settles the events that they received, and carries out
// the requests that they were sent. Each second, and as soon as the store hints at news. I/O thread only.
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

// The leader's hands.
class PeerServant {
  public:
    PeerServant() = default;
    PeerServant(const PeerServant&) = delete;
    PeerServant& operator=(const PeerServant&) = delete;
    virtual ~PeerServant() = default;

    // An event of the stream is durable and open.
    virtual void event_arrived(std::string_view stream) = 0;
    // The answer. Must not throw.
    virtual Task<std::string> carry_out(std::string request) = 0;
};

class PeerWork {
  public:
    static constexpr Duration kEvery = std::chrono::seconds(1);
    // Requests that are carried out at once; more of them wait.
    static constexpr std::size_t kAtOnce = 8;

    // All of these outlive it.
    PeerWork(Clock& clock, Peers& peers, PeerServant& servant)
        : clock_(clock), peers_(peers), servant_(servant), alarm_(clock.make_alarm()) {}

    // Until stop(), with what is being carried out then.
    Task<> run();
    void stop();
    // While this daemon leads: what it missed until then the engine's first passes find.
    void set_leading(bool leading);
    // There may be news.
    void hint() { alarm_->wake(); }

  private:
    Task<> check_events();
    Task<> check_requests();
    Task<> carry_out(PeerRequest request);

    Clock& clock_;
    Peers& peers_;
    PeerServant& servant_;
    std::unique_ptr<Alarm> alarm_;
    std::optional<std::uint64_t> newest_event_;  // none: since it leads nobody has asked
    std::set<std::uint64_t> under_way_;
    Waiters done_;  // with one of these
    bool leading_ = false;
    bool stopped_ = false;
};

}  // namespace carecloud
