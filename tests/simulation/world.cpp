#include "simulation/world.hpp"

#include "simulation/running_world.hpp"
#include "simulation/story.hpp"

#include <algorithm>
#include <utility>

namespace carecloud {
namespace {

using namespace std::chrono_literals;

// Work in progress when the daemon is stopped is abandoned, whatever it waits for.
constexpr Duration kStopMax = 1s;
// For these not the number of occurrences is counted, but the number of worlds that may have them.
constexpr Fault kUncounted[] = {
    Fault::move,     Fault::size,   Fault::late,   Fault::very_late, Fault::future,  Fault::skew,
    Fault::unbumped, Fault::remove, Fault::events, Fault::back,      Fault::distant, Fault::clock,
    Fault::mixed,    Fault::fickle, Fault::ahead,  Fault::prompt,    Fault::lanes};

}  // namespace

void RunningWorld::broken(const std::string& what) {
    if (!report_.broken) report_.broken = what;
    say("BROKEN: " + what);
}

void RunningWorld::pass_ended(const PassReport& report) {
    ++(report.error ? report_.failed_passes : report_.passes);
    passes_.ended(report, now());
    // A single erroneously empty listing may be all that a first load received (simulate --seed 755 --hours 0.25).
    if (!report.error && report.state.cursor) checks_.pass_ended(report.stream);
    if (auto wrong = report_checks_.pass_ended(report, weather_.hits(), life_->held_since())) broken(*wrong);
    const bool is_canceled = report.error && report.error->code == ErrorCode::canceled;
    if (is_canceled && stopped_at_ == Timestamp{}) stopped_at_ = now();
    if (resting_ && stopped_at_ == Timestamp{}) {
        if (auto wrong = rest_.pass_ended(report, passes_.last_began(report.stream))) broken(*wrong);
        look_at_rest();
    }
    if (!trace_) return;
    if (const std::string story = story_of(report); !story.empty()) say(story);
}

void RunningWorld::backing_off(const PassReport& report, Duration pause) {
    passes_.backing_off(report.stream, pause, now());
    if (trace_) say(report.stream + ": waits " + seconds(pause));
}

void RunningWorld::push_silent(std::string_view stream, bool silent) {
    say(std::string(stream) + (silent ? ": push is silent" : ": push works again"));
}

void RunningWorld::bounded_pass(const Job& pass) {
    if (trace_) say(story_of(pass));
    if (pass.scheduled && resting_) unreconciled_.erase(pass.stream);
    const bool under_way = pass.status == JobStatus::running && pass.error.empty();
    if (!pass.scheduled) checks_.operators_pass(pass.stream, now(), under_way);
    if (auto wrong = bounded_checks_.reported(pass, now())) broken(*wrong);
    life_->bounded(under_way ? pass.stream : "");
    if (auto wrong = report_checks_.bounded_pass_ended(pass, weather_.left_out())) broken(*wrong);
    report_checks_.bounded_pass(pass.stream, under_way);
    weather_.leave_out(under_way ? hole_in(pass.stream) : std::nullopt);
    if (!pass.is_open()) ++report_.bounded_passes;
    if (pass.status == JobStatus::awaiting_confirmation && settings_.has(Fault::confirm)) confirm(pass);
    if (!awaited_.contains(pass.id)) return;
    if (pass.is_open() && !pass.error.empty() && !rest_.is_patient(now()))
        broken("a bounded pass fails although all faults have ended: " + pass.error);
    if (!pass.is_open()) awaited_.erase(pass.id);
    look_at_rest();
}

void RunningWorld::confirm(const Job& unconfirmed) {
    agenda_.put(now() + spread(rare_random_, 5min), [this, unconfirmed] {
        if (!life_ || stopped_at_ != Timestamp{} || resting_) return;
        say("an operator confirms reconciliation " + std::to_string(unconfirmed.id));
        ++report_.faults[Fault::confirm];
        life_->request_job(
            {.stream = unconfirmed.stream, .deep = unconfirmed.deep, .whole = true, .confirm_deletes = true},
            [](std::uint64_t /*id*/) {});
    });
}

// A record that the store holds in its current version, and that the stream's own passes with this configuration have
// passed: they need not find it. With a filter, listings decide what belongs to the stream.
std::optional<LeftOut> RunningWorld::hole_in(const std::string& stream) {
    const auto state = store_->tables.streams.find(stream);
    if (resting_ || !settings_.has(Fault::hole) || variant_.filter != "{}" || !chance(hole_random_, 50) ||
        state == store_->tables.streams.end() || !state->second.safe ||
        state->second.fingerprint != checks_.spec_of(stream).fingerprint())
        return std::nullopt;
    std::vector<std::string> ids;
    for (const auto& [record_id, held] : store_->tables.records) {
        if (record_id.first != stream || held.deleted_at) continue;
        const Written& written = writers_.records(stream).at(record_id.second);
        const auto modified = Timestamp::parse(held.modified);
        const bool is_settled =
            modified == written.modified && written.modified < state->second.safe->modified;
        if (is_settled && !written.unbumped && !written.deleted) ids.push_back(record_id.second);
    }
    if (ids.empty()) return std::nullopt;
    const auto picked = static_cast<std::size_t>(between(hole_random_, 0, std::ssize(ids) - 1));
    return LeftOut{stream, ids[picked], now()};
}

void RunningWorld::start_life() {
    weather_.leave_out(std::nullopt);
    auto owned = MemoryOwnership::take(store_);
    if (!owned) {
        say("another daemon starts, finds the store in use and exits");
        ++report_.faults[Fault::rival];
        return;
    }
    if (settings_.has(Fault::settings) && !resting_ && chance(random_, 25)) {
        variant_ = random_variant(plan_, random_);
        ++report_.faults[Fault::settings];
        say(story_of(variant_));
    }
    if (settings_.has(Fault::busy) && !resting_ && chance(random_, 10)) weather_.begin_busy(now_);
    bounded_checks_.new_life(checks_.new_life(variant_));
    report_checks_.new_life(weather_.hits());
    requests_.rate = rate_of(plan_, variant_);
    passes_.new_life(plan_.entities, variant_.poll_every, !plan_.rate.monthly_quota, now_);
    ++report_.lives;
    say("the daemon starts");
    const LifeContext context{model_,   store_,    inbox_,
                              weather_, requests_, passes_,
                              plan_,    *this,     [this](const std::string& what) { broken(what); }};
    life_ = std::make_unique<Life>(context, std::move(*owned), variant_, now_, random_());
}

void RunningWorld::end_life() {
    now_ = now();
    life_.reset();
    passes_.end_life();
    kill_in_steps_ = 0;
    stopped_at_ = {};
    if (std::exchange(reloading_, false)) return start_life();
    agenda_.put(now_ + spread(random_, 2min), [this] { start_life(); });
}

void RunningWorld::crashed_life() {
    say("the daemon exits on an exception");
    counts_exactly_ = false;
    end_life();
}

void RunningWorld::kill_life() {
    say("the daemon is killed");
    ++report_.faults[Fault::kill];
    counts_exactly_ = false;
    end_life();
}

void RunningWorld::stop_life() {
    say("the daemon is stopped");
    ++report_.faults[Fault::stop];
    stopped_at_ = now();
    passes_.end_life();
    life_->stop();
}

// Unused reservations of the quota are returned, if there was no failure.
void RunningWorld::stopped_life() {
    say("the daemon has exited");
    counts_exactly_ = counts_exactly_ && !weather_.hits().contains(Fault::store);
    if (counts_exactly_ && requests_.clock_is_true) {
        if (auto wrong = requests_.difference(store_->tables.quota)) broken(*wrong);
    }
    end_life();
}

void RunningWorld::deliver(const Event& event, std::function<void(bool)> answered) {
    life_->receive(event, [this, id = event.message_id, answered = std::move(answered)](bool ok) {
        if (ok && !inbox_->events.contains(id))
            broken("an event that was answered with 200 is not in the inbox");
        answered(ok);
    });
}

void RunningWorld::advance() {
    while (life_ && goes_on()) {
        const bool more = life_->step(agenda_.next());
        if (auto wrong = checks_.step(now())) broken(*wrong);
        if (auto wrong = bounded_checks_.step(now())) broken(*wrong);
        passes_.look(now());
        if (life_->has_crashed()) return crashed_life();
        if (life_->has_ended()) return stopped_life();
        if (stopped_at_ != Timestamp{} && stopped_at_ + kStopMax < now())
            broken("the daemon does not exit although its passes were canceled");
        if (kill_in_steps_ > 0 && --kill_in_steps_ == 0) return kill_life();
        if (!more) break;
    }
    if (!life_) now_ = std::max(now_, agenda_.next());
    model_.set_now(now());
}

void RunningWorld::repeat(Duration mean, std::function<void()> action) {
    agenda_.put(now() + spread(random_, mean), [this, mean, action = std::move(action)] {
        if (resting_) return;
        action();
        repeat(mean, action);
    });
}

// With separate random numbers: everything else in the worlds of known seeds stays the same.
void RunningWorld::repeat_rival() {
    agenda_.put(now() + spread(rival_random_, 30min), [this] {
        if (resting_) return;
        start_life();
        repeat_rival();
    });
}

void RunningWorld::begin() {
    const std::string month = month_of(now_);
    requests_.by_month[month] = plan_.requests_before;
    store_->tables.quota[month] = {.sent = plan_.requests_before};
    model_.set_now(now_);
    writers_.fill();
    live_ = true;
    start_life();
    repeat(4min, [this] { say(writers_.write_some()); });
    repeat(30min, [this] {
        if (const std::string spell = weather_.begin_spell(now()); !spell.empty()) say(spell);
    });
    if (plan_.clock_jumps) {
        repeat(4h, [this] {
            const Duration by = std::chrono::seconds(between(random_, -7200, 7200));
            if (life_) {
                life_->shift_wall(by);
                checks_.clock_jumped(by);
            }
            ++report_.faults[Fault::jump];
            say("the local clock jumps");
        });
    }
    if (settings_.has(Fault::events)) {
        repeat(3h, [this] {
            announcer_.subscribe(!announcer_.subscribed());
            say(announcer_.subscribed() ? "subscribed again" : "the subscription is gone");
        });
    }
    if (settings_.has(Fault::spelling)) {
        repeat(3h, [this] {
            weather_.change_spelling();
            say("the portal changes the spelling of its answers");
        });
    }
    repeat(70min, [this] {
        if (life_ && stopped_at_ == Timestamp{}) request_some();
    });
    begin_daemon_troubles();
    begin_rare_troubles();
    const auto span = std::chrono::duration_cast<Duration>(
        std::chrono::duration<double, std::ratio<3600>>(settings_.hours));
    agenda_.put(plan_.start + span, [this] { rest(); });
}

void RunningWorld::repeat_rare(Duration mean, std::function<void()> action) {
    agenda_.put(now() + spread(rare_random_, mean), [this, mean, action = std::move(action)] {
        if (resting_) return;
        action();
        repeat_rare(mean, action);
    });
}

void RunningWorld::begin_rare_spell() {
    std::map<std::string, std::vector<std::string>> ids;
    for (const std::string& entity : plan_.entities) {
        for (const auto& [id, record] : writers_.records(entity)) {
            if (!record.deleted) ids[entity].push_back(id);
        }
    }
    if (const std::string spell = weather_.begin_rare_spell(now(), ids); !spell.empty()) say(spell);
}

void RunningWorld::begin_rare_troubles() {
    repeat_rare(4min, [this] { begin_rare_spell(); });
    if (settings_.has(Fault::restore)) {
        repeat_rare(40min, [this] { writers_.back_up(); });
        repeat_rare(90min, [this] {
            const std::string story = writers_.restore();
            if (story.empty()) return;
            ++report_.faults[Fault::restore];
            say(story);
        });
    }
    if (settings_.has(Fault::distant)) {
        repeat_rare(50min, [this] {
            if (const std::string story = writers_.correct_some(); !story.empty()) say(story);
        });
    }
    if (settings_.has(Fault::retype)) {
        agenda_.put(now() + spread(rare_random_, 3h), [this] {
            if (resting_) return;
            writers_.retype();
            for (const std::string& entity : plan_.entities)
                exposures_.for_good(entity);
            ++report_.faults[Fault::retype];
            say("modified changes its type");
        });
    }
    if (settings_.has(Fault::reload)) {
        repeat_rare(2h, [this] {
            const Timestamp end =
                plan_.start + std::chrono::duration_cast<Duration>(
                                  std::chrono::duration<double, std::ratio<3600>>(settings_.hours));
            reload_until(std::min(end, now() + spread(rare_random_, 30min)), 30s);
        });
    }
}

void RunningWorld::reload_until(Timestamp until, Duration every) {
    if (until < now()) return;
    if (life_ && stopped_at_ == Timestamp{}) {
        ++report_.faults[Fault::reload];
        reloading_ = true;
        stop_life();
    }
    agenda_.put(now() + every, [this, until, every] { reload_until(until, every); });
}

void RunningWorld::begin_daemon_troubles() {
    if (settings_.has(Fault::kill)) {
        repeat(50min, [this] {
            if (life_ && kill_in_steps_ == 0)
                kill_in_steps_ = static_cast<std::size_t>(between(random_, 1, 400));
        });
    }
    if (settings_.has(Fault::stop)) {
        repeat(100min, [this] {
            if (life_ && stopped_at_ == Timestamp{}) stop_life();
        });
    }
    if (settings_.has(Fault::rival)) repeat_rival();
}

WorldReport RunningWorld::run() {
    begin();
    while (goes_on()) {
        advance();
        // A kill may have scheduled its restart before the next action.
        if (goes_on() && agenda_.next() <= now()) agenda_.take_first()();
    }
    if (!report_.broken && !rest_.is_quiet()) broken(rest_.restless() + " does not become idle");
    if (!report_.broken && !awaited_.empty()) broken("a bounded pass does not end");
    if (!report_.broken) {
        if (auto wrong = checks_.end(rests_after_, requested_at_, now())) broken(*wrong);
    }
    for (const auto& [fault, count] : weather_.hits())
        report_.faults[fault] += count;
    for (const Fault fault : kUncounted)
        report_.faults[fault] += settings_.has(fault);
    report_.hours = static_cast<double>(now().ticks - plan_.start.ticks) / Timestamp::ticks_per_second / 3600;
    report_.requests = requests_.requests;
    report_.changes = store_->tables.changes.size();
    report_.events = inbox_->events.size();
    return std::move(report_);
}

WorldReport run_world(const WorldSettings& settings, const Trace& trace) {
    return RunningWorld(settings, trace).run();
}

}  // namespace carecloud
