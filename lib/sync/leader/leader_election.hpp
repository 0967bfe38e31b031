// Elects the daemon that runs the engine among several daemons on one store. Each daemon runs an election; one of them
// leads, the others stand by and take over when the leader's lease has expired or was released.
//
//     LeaderElection election(clock, leases, store, leader, observer, {.holder = "host:4711:9f3c", .seed = 1});
//     asio::co_spawn(io, election.run(), …);
//     election.stop();     // the leader stops, its lease is released, and run() returns
//
// A leader stops when its lease can no longer be trusted by its own CLOCK_BOOTTIME, even while it waits for something;
// the fence keeps its writes under way out of the store. The lease is renewed concurrently with the leader's work, so a
// slow page never costs the leader its lease. Uses only the seams: the same code runs in simulation. I/O thread only.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "store/leases.hpp"
#include "store/store.hpp"
#include "sync/limits/retry.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace carecloud {

// The work of the daemon while it leads.
class Leader {
  public:
    Leader() = default;
    Leader(const Leader&) = delete;
    Leader& operator=(const Leader&) = delete;
    virtual ~Leader() = default;

    // Returns after stop_leading(), or earlier if the work is done. Errors: store_lost, if the fence refused a write.
    // Throws only for a fault of this program.
    virtual Task<Result<>> lead() = 0;
    // Makes lead() return soon, even while it waits for something.
    virtual void stop_leading() = 0;
};

class ElectionObserver {
  public:
    ElectionObserver() = default;
    ElectionObserver(const ElectionObserver&) = delete;
    ElectionObserver& operator=(const ElectionObserver&) = delete;
    virtual ~ElectionObserver() = default;

    virtual void leads(const Lease& lease) = 0;
    // Called when this daemon has stopped leading, and at the start if another daemon leads. `why`: std::nullopt at the
    // start and after lead() returned without an error; store_lost if another daemon has taken over or may do so.
    virtual void stands_by(const std::optional<Error>& why) = 0;
    // The lease could be neither taken nor renewed. Not called again for the same error code until a call has
    // succeeded.
    virtual void election_failed(const Error& error) = 0;
};

struct ElectionSettings {
    std::string lease{kEngineLease};
    std::string holder{};    // this daemon; unique among all daemons, including earlier ones
    std::uint64_t seed = 0;  // for the jitter
};

class LeaderElection {
  public:
    static constexpr Duration kTakeEvery = std::chrono::milliseconds(750);
    static constexpr Duration kRenewEvery = std::chrono::milliseconds(1500);
    // The pause after a failed renewal, unless the next renewal is due sooner.
    static constexpr Duration kRenewAgain = std::chrono::milliseconds(500);

    // All must outlive this object.
    LeaderElection(Clock& clock, Leases& leases, Store& store, Leader& leader, ElectionObserver& observer,
                   ElectionSettings settings);

    // Returns after stop(). Throws what lead() throws.
    Task<> run();
    // Tries once to take the lease, and if it succeeds, runs lead() to its end. Errors: store_owned if another daemon
    // leads, store_lost, and those of the store.
    Task<Result<>> run_once();
    void stop();

    // True from before lead() is called until after it has returned.
    bool is_leading() const { return lease_.has_value(); }
    // Whether no other daemon can be leading now.
    bool is_trusted() const { return lease_ && clock_.since_boot() < lease_->held_until; }

  private:
    Task<Result<std::optional<Lease>>> take();
    Task<Result<>> hold(Lease lease);
    Task<> lead();
    Task<> keep_renewed();
    Task<> watch_expiry();
    Task<> renew();
    void depose(Error why);
    void end_term();
    void stand_by(const std::optional<Error>& why);
    void report(const Error& error);
    Duration until_next_take();

    Clock& clock_;
    Leases& leases_;
    Store& store_;
    Leader& leader_;
    ElectionObserver& observer_;
    ElectionSettings settings_;
    Random random_;
    std::unique_ptr<Alarm> take_alarm_;
    std::unique_ptr<Alarm> renew_alarm_;
    std::unique_ptr<Alarm> expiry_alarm_;
    std::optional<Lease> lease_;
    std::optional<Error> deposed_;       // why the leader must stop; std::nullopt if it need not
    std::optional<ErrorCode> reported_;  // the last reported error of the leases since the last success
    Result<> outcome_;                   // the result of lead()
    MonoTime renew_at_{};
    bool in_term_ = false;  // lead() has not returned
    bool stood_by_ = false;
    bool stopped_ = false;
};

}  // namespace carecloud
