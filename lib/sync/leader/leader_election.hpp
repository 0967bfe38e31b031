// Which of several daemons on one store runs the engine. Each runs an election; one of them leads, the others stand by
// and take over when the leader's lease has expired or was released.
//
//     LeaderElection election(clock, leases, store, leader, observer, {.holder = "host:4711:9f3c", .seed = 1});
//     asio::co_spawn(io, election.run(), …);
//     election.stop();     // the leader stops, its lease is released, and run() returns
//
// A leader gives up by its own CLOCK_BOOTTIME when the lease is no longer to be trusted, whatever it waits for; what it
// has under way then is kept out of the store by the fence. The lease is renewed beside the leader's work, so that a
// slow page never costs it. Uses only the seams: the same code runs in simulation. I/O thread only.
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

// What runs while this daemon leads.
class Leader {
  public:
    Leader() = default;
    Leader(const Leader&) = delete;
    Leader& operator=(const Leader&) = delete;
    virtual ~Leader() = default;

    // Until stop_leading(), or an end of its own. Errors: store_lost, if a write was refused by the fence. Throws only
    // for a fault of this program.
    virtual Task<Result<>> lead() = 0;
    // lead() is to return soon, whatever it waits for.
    virtual void stop_leading() = 0;
};

class ElectionObserver {
  public:
    ElectionObserver() = default;
    ElectionObserver(const ElectionObserver&) = delete;
    ElectionObserver& operator=(const ElectionObserver&) = delete;
    virtual ~ElectionObserver() = default;

    virtual void leads(const Lease& lease) = 0;
    // Once it has stopped leading, or at the start if another daemon leads. `why`: none at the start and after the
    // leader's own end; store_lost if another daemon has taken over or may do so.
    virtual void stands_by(const std::optional<Error>& why) = 0;
    // A lease can be neither taken nor renewed; once until one was.
    virtual void election_failed(const Error& error) = 0;
};

struct ElectionSettings {
    std::string lease{kEngineLease};
    std::string holder{};    // this daemon, unlike any other and any earlier one
    std::uint64_t seed = 0;  // of the jitter
};

class LeaderElection {
  public:
    static constexpr Duration kTakeEvery = std::chrono::milliseconds(750);
    static constexpr Duration kRenewEvery = std::chrono::milliseconds(1500);
    // After a renewal that failed, if the schedule is not sooner.
    static constexpr Duration kRenewAgain = std::chrono::milliseconds(500);

    // All of these outlive it.
    LeaderElection(Clock& clock, Leases& leases, Store& store, Leader& leader, ElectionObserver& observer,
                   ElectionSettings settings);

    // Until stop(). Throws what lead() throws.
    Task<> run();
    // One attempt, and the whole of lead() if it succeeds. Errors: store_owned if another daemon leads, and the
    // store's.
    Task<Result<>> run_once();
    void stop();

    // From before lead() is called until after it has returned.
    bool is_leading() const { return lease_.has_value(); }
    // Whether nobody else can lead now.
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
    std::optional<Error> deposed_;       // why the leader has to stop; none: it has not
    std::optional<ErrorCode> reported_;  // of the leases, since the last success
    Result<> outcome_;                   // of lead()
    MonoTime renew_at_{};
    bool in_term_ = false;  // lead() has not returned
    bool stood_by_ = false;
    bool stopped_ = false;
};

}  // namespace carecloud
