// How a world ends, and the requests of an operator.
#include "simulation/running_world.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace carecloud {
namespace {

using namespace std::chrono_literals;

// The maximum duration of the rest: the longest pause after a failure, the hour after which a record that no response
// contained is retried, and time for several of these. With quotas, also the day after which the portal is asked again
// whether its quota is still used up, and polls that are hours or days apart while each settles only a few events, up
// to the next month (simulate --seed 12751 --hours 0.25).
constexpr Duration kRest = 6h;
constexpr Duration kRestWithQuota = 800h;
// A record that goes back repeatedly is doubted for a day (hazard 30), and requested once more after that day.
constexpr Duration kDoubted = 30h;
constexpr Duration kBetweenLooks = 10min;

}  // namespace

// An operator requests a bounded pass, and may cancel it.
void RunningWorld::request_some() {
    Job pass{.kind = chance(random_, 50) ? JobKind::backfill : JobKind::reconcile};
    pass.stream =
        plan_.entities[static_cast<std::size_t>(between(random_, 0, std::ssize(plan_.entities) - 1))];
    if (pass.kind == JobKind::backfill) {
        pass.first_day = "202401" + std::to_string(between(random_, 10, 31));
        pass.last_day = "20240" + std::to_string(between(random_, 2, 3)) + "15";
    } else {
        pass.deep = chance(random_, 50);
        pass.whole = chance(random_, 50);
        pass.confirm_deletes = chance(random_, 30);
    }
    const bool regretted = chance(random_, 20);
    say("an operator requests a " + std::string(to_string(pass.kind)) + " of " + pass.stream);
    life_->request_job(std::move(pass), [this, regretted, life = report_.lives](std::uint64_t id) {
        if (!regretted) return;
        agenda_.put(now() + spread(random_, 20s), [this, id, life] {
            if (!life_ || report_.lives != life) return;
            say("an operator cancels bounded pass " + std::to_string(id));
            bounded_checks_.canceled(id);
            life_->cancel(id);
        });
    });
}

// A stream that has never had a record cannot be queried.
bool RunningWorld::can_be_asked(const std::string& stream) const {
    const auto state = store_->tables.streams.find(stream);
    return state != store_->tables.streams.end() && !state->second.dialect.empty();
}

void RunningWorld::request_at_rest(Job pass) {
    if (!can_be_asked(pass.stream)) return;
    ++unsaved_requests_;
    life_->request_job(std::move(pass), [this](std::uint64_t id) {
        --unsaved_requests_;
        awaited_.insert(id);
    });
}

void RunningWorld::look_at_rest() {
    if (unsaved_requests_ == 0 && awaited_.empty() && unreconciled_.empty() && rest_.is_quiet() &&
        !checks_.is_waiting())
        rested();
}

void RunningWorld::rested() {
    using enum Checks::After;
    if (now() < looked_at_ + kBetweenLooks) return;
    if (auto wrong = checks_.end(rests_after_, requested_at_, now())) {
        looked_at_ = now();
        if (!has_patience()) broken(*wrong);
        return;
    }
    looked_at_ = Timestamp{INT64_MIN};
    // If requests are scarce, the bounded passes may have to wait for months.
    over_ = rests_after_ == again || plan_.rate.monthly_quota.has_value();
    if (over_) return;
    if (rests_after_ == reconciliation) return write_at_rest();
    // After a backfill of everything a reconciliation finds little: every second world has none.
    const bool is_next_a_backfill = rests_after_ == polls && settings_.seed % 2 == 0;
    rests_after_ = is_next_a_backfill ? backfill : reconciliation;
    requested_at_ = now();
    for (const auto& [id, pass] : store_->tables.passes) {
        if (pass.is_open() && can_be_asked(pass.stream)) awaited_.insert(id);
    }
    for (const std::string& entity : plan_.entities) {
        if (rests_after_ == backfill)
            request_at_rest({.kind = JobKind::backfill,
                             .stream = entity,
                             .first_day = "20240101",
                             .last_day = "20240331"});
        else
            request_at_rest({.stream = entity, .deep = true, .confirm_deletes = true});
    }
}

void RunningWorld::begin_reloads_at_rest() {
    const bool wanted = settings_.has(Fault::reload) && variant_.reconcile.every &&
                        !plan_.rate.monthly_quota && !settings_.has(Fault::month) && plan_.has_true_clock();
    if (!wanted) return;
    for (const std::string& entity : plan_.entities) {
        if (can_be_asked(entity)) unreconciled_.insert(entity);
    }
    // Long enough for a first pass after each start, which a reconciliation waits for.
    const Duration every = *variant_.reconcile.every;
    reload_until(now() + every * 3, std::max<Duration>(every / 2, 2min));
    agenda_.put(now() + every * 3, [this] { look_for_reconciliations(); });
}

void RunningWorld::look_for_reconciliations() {
    if (unreconciled_.empty()) return;
    broken(*unreconciled_.begin() +
           ": no reconciliation has begun although several were due during repeated reloads");
}

bool RunningWorld::has_patience() const {
    const bool doubts = settings_.has(Fault::back) || settings_.has(Fault::restore) ||
                        settings_.has(Fault::lag) || settings_.has(Fault::distant) ||
                        settings_.has(Fault::fickle);
    // A record that has left a filter is requested twice, an overlap apart (hazard 38).
    const Duration patience = doubts ? kDoubted : variant_.overlap + 1h;
    return rests_after_ >= Checks::After::reconciliation && now() < requested_at_ + patience;
}

// The reconciliations' repairs stay: from now on, passes must find new records without them.
void RunningWorld::write_at_rest() {
    rests_after_ = Checks::After::again;
    const bool fooled = std::any_of(plan_.entities.begin(), plan_.entities.end(), [&](const auto& entity) {
        return exposures_.is_for_good(entity) && !settings_.has(Fault::retype);
    });
    over_ = fooled;
    if (fooled) return;
    writers_.insert_plain();
    // By a clock that is behind, they lie in the future (simulate --seed 53 --hours 0.5 --always mixed).
    const bool in_future = plan_.local_ahead < Duration{} || settings_.has(Fault::ahead);
    const Timestamp visible = in_future ? now() + variant_.overlap + 1min : now();
    rest_.begin(plan_.entities, now(), visible, now());
    say("records are written again");
}

// No more faults. If a quota was reached, the month has to end first.
void RunningWorld::rest() {
    resting_ = true;
    weather_.clear();
    writers_.remove_newest();
    kill_in_steps_ = 0;
    // A wait of a month is retried hourly (hazard 34).
    const Timestamp patient_until = settings_.has(Fault::month) ? now() + 150min : now();
    // Records in the future are polled for every overlap.
    const Timestamp visible = std::max(now(), writers_.last_visible()) + variant_.overlap + 1min;
    rest_.begin(plan_.entities, now(), visible, patient_until);
    say("all faults have ended");
    begin_reloads_at_rest();
    const bool quota = settings_.has(Fault::quota);
    const Timestamp from = quota ? next_month(now()) : now();
    const Duration longest = quota ? kRestWithQuota : kRest + kDoubted + kRest;
    agenda_.put(from + longest, [this] { over_ = true; });
}

}  // namespace carecloud
