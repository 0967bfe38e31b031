#include "sync/leader/leader_election.hpp"

#include "base/co_try.hpp"
#include "sync/walk/all_of.hpp"

#include <algorithm>
#include <exception>
#include <random>
#include <utility>
#include <vector>

namespace carecloud {
namespace {

// The clock of alarms does not include the time for which the machine is suspended, so the expiry is checked at this
// interval.
constexpr Duration kExpiryCheckEvery = std::chrono::seconds(1);

Error not_renewed() {
    return {.code = ErrorCode::store_lost,
            .operation = "lead",
            .subject = "the engine's lease could not be renewed in time",
            .hint = "check the connection to the database; another daemon may have taken over"};
}

Error led_by_another() {
    return {.code = ErrorCode::store_owned,
            .operation = "lead",
            .subject = "another daemon runs the engine on this store",
            .hint = "stop it first; carecloudctl status lists the daemons"};
}

}  // namespace

LeaderElection::LeaderElection(Clock& clock, Leases& leases, Store& store, Leader& leader,
                               ElectionObserver& observer, ElectionSettings settings)
    : clock_(clock),
      leases_(leases),
      store_(store),
      leader_(leader),
      observer_(observer),
      settings_(std::move(settings)),
      random_(settings_.seed),
      take_alarm_(clock.make_alarm()),
      renew_alarm_(clock.make_alarm()),
      expiry_alarm_(clock.make_alarm()) {}

void LeaderElection::stop() {
    stopped_ = true;
    take_alarm_->wake();
    if (in_term_) leader_.stop_leading();
}

// The jitter keeps daemons that wait for the same lease from trying at the same time.
Duration LeaderElection::until_next_take() {
    std::uniform_real_distribution<double> jitter(0.8, 1.2);
    return std::chrono::duration_cast<Duration>(kTakeEvery * jitter(random_));
}

void LeaderElection::report(const Error& error) {
    if (std::exchange(reported_, error.code) != error.code) observer_.election_failed(error);
}

void LeaderElection::stand_by(const std::optional<Error>& why) {
    if (!std::exchange(stood_by_, true)) observer_.stands_by(why);
}

// std::nullopt if another daemon holds the lease, or if the lease expired before the response arrived.
Task<Result<std::optional<Lease>>> LeaderElection::take() {
    auto taking = leases_.take(settings_.lease, settings_.holder);
    Result<std::optional<Lease>> taken = co_await std::move(taking);
    if (!taken || !*taken || clock_.since_boot() < (*taken)->held_until) co_return taken;
    auto releasing = leases_.release(std::move(**taken));
    const Result<> released = co_await std::move(releasing);
    if (!released) co_return released.error();
    co_return std::optional<Lease>();
}

Task<> LeaderElection::run() {
    while (!stopped_) {
        const MonoTime next = clock_.now() + until_next_take();
        auto taking = take();
        Result<std::optional<Lease>> taken = co_await std::move(taking);
        if (!taken) {
            report(taken.error());
        } else {
            reported_.reset();
        }
        if (taken && *taken) {
            auto holding = hold(std::move(**taken));
            const Result<> held = co_await std::move(holding);
            if (!stopped_) stand_by(held ? std::nullopt : std::optional(held.error()));
        } else if (!stopped_) {
            stand_by(std::nullopt);
        }
        if (!stopped_) co_await take_alarm_->wait_until(next);
    }
}

Task<Result<>> LeaderElection::run_once() {
    CO_TRY_ASSIGN(auto lease, take());
    if (!lease) co_return led_by_another();
    auto holding = hold(std::move(*lease));
    co_return co_await std::move(holding);
}

// Runs a term, from the take to the release. Returns the error that ended it, or success if lead() ended it.
Task<Result<>> LeaderElection::hold(Lease lease) {
    lease_ = std::move(lease);
    deposed_.reset();
    outcome_ = {};
    // stop() may have been called during the take: then the lease is only released.
    in_term_ = !stopped_;
    stood_by_ = false;
    if (in_term_) {
        store_.set_fence(lease_->fence);
        observer_.leads(*lease_);
        renew_at_ = clock_.now() + kRenewEvery;
        std::vector<Task<>> tasks;
        tasks.push_back(lead());
        if (lease_->held_until != Lease::kForGood) {
            tasks.push_back(keep_renewed());
            tasks.push_back(watch_expiry());
        }
        auto leading = all_of(clock_.executor(), std::move(tasks));
        co_await std::move(leading);
    }
    if (!outcome_ && !deposed_) deposed_ = outcome_.error();
    const Lease ended = *std::exchange(lease_, std::nullopt);
    // Another daemon has the lease or may take it when it expires; releasing it early is not worth a call to a store
    // that may be unreachable.
    if (deposed_) co_return *deposed_;
    auto releasing = leases_.release(ended);
    const Result<> released = co_await std::move(releasing);
    if (!released) report(released.error());
    co_return Result<>{};
}

Task<> LeaderElection::lead() {
    try {
        auto leading = leader_.lead();
        outcome_ = co_await std::move(leading);
    } catch (const std::exception&) {
        end_term();
        throw;
    }
    end_term();
}

void LeaderElection::end_term() {
    in_term_ = false;
    renew_alarm_->wake();
    expiry_alarm_->wake();
}

void LeaderElection::depose(Error why) {
    if (!in_term_ || deposed_) return;
    deposed_ = std::move(why);
    leader_.stop_leading();
}

// Renews at a fixed interval, regardless of the duration of each renewal.
Task<> LeaderElection::keep_renewed() {
    while (in_term_ && !deposed_) {
        if (clock_.now() < renew_at_) {
            const MonoTime until = renew_at_;
            co_await renew_alarm_->wait_until(until);
            continue;
        }
        renew_at_ = std::max(renew_at_ + kRenewEvery, clock_.now());
        auto renewing = renew();
        co_await std::move(renewing);
    }
}

Task<> LeaderElection::renew() {
    auto renewing = leases_.renew(*lease_);
    const Result<Lease> renewed = co_await std::move(renewing);
    if (renewed) {
        lease_ = *renewed;
        reported_.reset();
        expiry_alarm_->wake();
        co_return;
    }
    if (renewed.error().code == ErrorCode::store_lost) {
        depose(renewed.error());
        co_return;
    }
    report(renewed.error());
    renew_at_ = std::min(renew_at_, clock_.now() + kRenewAgain);
}

Task<> LeaderElection::watch_expiry() {
    while (in_term_ && !deposed_) {
        const Duration left = lease_->held_until - clock_.since_boot();
        if (left <= Duration::zero()) {
            depose(not_renewed());
            break;
        }
        const MonoTime next = clock_.now() + std::min(left, kExpiryCheckEvery);
        co_await expiry_alarm_->wait_until(next);
    }
}

}  // namespace carecloud
