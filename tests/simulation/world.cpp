#include "simulation/world.hpp"

#include "simulation/announcer.hpp"
#include "simulation/bounded_checks.hpp"
#include "simulation/checks.hpp"
#include "simulation/life.hpp"
#include "simulation/pass_watch.hpp"
#include "simulation/rest.hpp"
#include "simulation/story.hpp"

#include <algorithm>
#include <iterator>
#include <memory>
#include <set>
#include <utility>

namespace carecloud {
namespace {

using namespace std::chrono_literals;

// How long the world rests at the most: the longest pause after a failure, the hour after which a record that no answer
// carried is tried again, and room for several of these. With quotas, the day after which the portal is asked again
// whether it is still spent, and polls that are hours apart while each settles no more than a few events.
constexpr Duration kRest = 6h;
constexpr Duration kRestWithQuota = 240h;

// What is under way when the daemon is told to stop is given up, whatever it waits for.
constexpr Duration kStopMax = 1s;

class World : Observer {
  public:
    World(const WorldSettings& settings, const Trace& trace)
        : settings_(settings),
          trace_(trace),
          random_(settings.seed),
          plan_(make_plan(settings_, random_)),
          now_(plan_.start),
          model_(plan_.dialect),
          weather_(settings_, plan_, model_, random_, [this] { say(writers_.change_some()); }),
          requests_(plan_.rate, plan_.start, !plan_.clock_jumps),
          announcer_(settings_, random_, agenda_,
                     [this](const Event& event, std::function<void(bool)> answered) {
                         if (life_) deliver(event, std::move(answered));
                     }),
          writers_(model_, settings_, plan_, random_,
                   [this](const std::string& entity, const std::string& id, const Written& record) {
                       if (live_) announcer_.announce(entity, id, record, now());
                   }),
          checks_(plan_, model_, writers_, *store_, *inbox_),
          bounded_checks_(plan_, model_, writers_, checks_, *store_),
          variant_(first_variant(plan_)) {}

    WorldReport run();

  private:
    void pass_begins(std::string_view stream) override { passes_.began(std::string(stream), now()); }
    void pass_ended(const PassReport& report) override;
    void backing_off(std::string_view stream, const Error& error, Duration pause) override;
    void push_silent(std::string_view stream, bool silent) override;
    void bounded_pass(const BoundedPass& pass) override;
    void failed(const Error& error) override { say("beside the passes: " + error.message()); }

    Timestamp now() const { return life_ ? life_->now() : now_; }
    // What is said costs nothing where nobody listens.
    template <class Text>
    void say(Text text);
    void broken(const std::string& what);

    void start_life();
    void end_life();
    void kill_life();
    void stop_life();
    void stopped_life();
    void deliver(const Event& event, std::function<void(bool)> answered);
    // Up to what the world is going to do next.
    void advance();
    // From now on, again and again, at random until the rest.
    void repeat(Duration mean, std::function<void()> action);
    void begin();
    void begin_daemon_troubles();
    void wish_some();
    void wish_at_rest(BoundedPass pass);
    bool can_be_asked(const std::string& stream) const;
    void rest();
    void look_at_rest();
    // Everything has come to rest: what must be true now is checked, and the next bounded passes are wished for.
    void rested();
    bool goes_on() const { return !over_ && !report_.broken; }

    const WorldSettings settings_;
    const Trace& trace_;
    Random random_;
    WorldPlan plan_;
    Timestamp now_;
    Agenda agenda_;
    PortalModel model_;
    Weather weather_;
    RequestLedger requests_;
    PassWatch passes_{[this](const std::string& what) { broken(what); }};
    Rest rest_;
    std::shared_ptr<MemoryStoreContent> store_ = std::make_shared<MemoryStoreContent>();
    std::shared_ptr<MemoryInboxContent> inbox_ = std::make_shared<MemoryInboxContent>();
    Announcer announcer_;
    Writers writers_;
    Checks checks_;
    BoundedChecks bounded_checks_;
    StreamVariant variant_;
    WorldReport report_;
    std::unique_ptr<Life> life_;
    std::size_t kill_in_steps_ = 0;  // 0: it lives on
    Timestamp stopped_at_{};         // where the daemon is told to stop and has not ended
    bool counts_exactly_ = true;     // no request was counted that nobody sent
    bool live_ = false;              // the portal's beginning is over
    bool resting_ = false;
    Checks::After rests_after_ = Checks::After::polls;
    Timestamp wished_at_{};
    std::size_t wishes_ = 0;           // for bounded passes at rest that have no id yet
    std::set<std::uint64_t> awaited_;  // those that are not done
    bool over_ = false;                // everything rests, or had its time
};

template <class Text>
void World::say(Text text) {
    if (trace_) trace_(now().to_string_ms() + "  " + std::string(text));
}

void World::broken(const std::string& what) {
    if (!report_.broken) report_.broken = what;
    say("BROKEN: " + what);
}

void World::pass_ended(const PassReport& report) {
    ++(report.error ? report_.failed_passes : report_.passes);
    passes_.ended(report, now());
    if (resting_ && stopped_at_ == Timestamp{}) {
        if (auto wrong = rest_.pass_ended(report, passes_.last_began(report.stream))) broken(*wrong);
        look_at_rest();
    }
    if (!trace_) return;
    if (const std::string story = story_of(report); !story.empty()) say(story);
}

void World::backing_off(std::string_view stream, const Error& /*error*/, Duration pause) {
    passes_.backing_off(stream, pause, now());
    if (trace_) say(std::string(stream) + ": waits " + seconds(pause));
}

void World::push_silent(std::string_view stream, bool silent) {
    say(std::string(stream) + (silent ? ": push is silent" : ": push is heard again"));
}

void World::bounded_pass(const BoundedPass& pass) {
    if (trace_) say(story_of(pass));
    if (auto wrong = bounded_checks_.told(pass, now())) broken(*wrong);
    life_->bounded(pass.status == PassStatus::running && pass.error.empty() ? pass.stream : "");
    if (!pass.is_open()) ++report_.bounded_passes;
    if (!awaited_.contains(pass.id)) return;
    if (!pass.error.empty()) broken("a bounded pass fails though nothing goes wrong any more: " + pass.error);
    if (!pass.is_open()) awaited_.erase(pass.id);
    look_at_rest();
}

void World::start_life() {
    if (settings_.has(Fault::settings) && !resting_ && chance(random_, 25)) {
        variant_ = random_variant(plan_, random_);
        ++report_.faults[Fault::settings];
        say(story_of(variant_));
    }
    if (settings_.has(Fault::busy) && !resting_ && chance(random_, 10)) weather_.begin_busy(now_);
    bounded_checks_.new_life(checks_.new_life(variant_));
    requests_.rate = rate_of(plan_, variant_);
    passes_.new_life(plan_.entities, variant_.poll_every, !plan_.rate.monthly_quota, now_);
    ++report_.lives;
    say("the daemon starts");
    const LifeContext context{model_,   store_,    inbox_,
                              weather_, requests_, passes_,
                              plan_,    *this,     [this](const std::string& what) { broken(what); }};
    life_ = std::make_unique<Life>(context, variant_, now_, random_());
}

void World::end_life() {
    now_ = now();
    life_.reset();
    passes_.end_life();
    kill_in_steps_ = 0;
    stopped_at_ = {};
    agenda_.put(later(now_, spread(random_, 2min)), [this] { start_life(); });
}

void World::kill_life() {
    say("the daemon is killed");
    ++report_.faults[Fault::kill];
    counts_exactly_ = false;
    end_life();
}

void World::stop_life() {
    say("the daemon is told to stop");
    ++report_.faults[Fault::stop];
    stopped_at_ = now();
    passes_.end_life();
    life_->stop();
}

// What was set aside of the quota and not used is given back, where nothing went wrong with it.
void World::stopped_life() {
    say("the daemon has ended");
    counts_exactly_ = counts_exactly_ && !weather_.hits().contains(Fault::store);
    if (counts_exactly_ && requests_.clock_is_true) {
        if (auto wrong = requests_.difference(store_->tables.quota)) broken(*wrong);
    }
    end_life();
}

void World::deliver(const Event& event, std::function<void(bool)> answered) {
    life_->receive(event, [this, id = event.message_id, answered = std::move(answered)](bool ok) {
        if (ok && !inbox_->events.contains(id)) broken("an event was answered 200 that is not in the inbox");
        answered(ok);
    });
}

void World::advance() {
    while (life_ && goes_on()) {
        const bool more = life_->step(agenda_.next());
        if (auto wrong = checks_.step(now())) broken(*wrong);
        if (auto wrong = bounded_checks_.step(now())) broken(*wrong);
        passes_.look(now());
        if (life_->has_ended()) return stopped_life();
        if (stopped_at_ != Timestamp{} && later(stopped_at_, kStopMax) < now())
            broken("the daemon does not end though it was told to stop");
        if (kill_in_steps_ > 0 && --kill_in_steps_ == 0) return kill_life();
        if (!more) break;
    }
    if (!life_) now_ = std::max(now_, agenda_.next());
    model_.set_now(now());
}

void World::repeat(Duration mean, std::function<void()> action) {
    agenda_.put(later(now(), spread(random_, mean)), [this, mean, action = std::move(action)] {
        if (resting_) return;
        action();
        repeat(mean, action);
    });
}

void World::begin() {
    const std::string month = month_of(now_);
    store_->tables.quota[month] = requests_.by_month[month] = plan_.requests_before;
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
            if (life_) life_->shift_wall(by);
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
            say("the portal spells its answers in another way");
        });
    }
    repeat(70min, [this] {
        if (life_ && stopped_at_ == Timestamp{}) wish_some();
    });
    begin_daemon_troubles();
    const auto span = std::chrono::duration_cast<Duration>(
        std::chrono::duration<double, std::ratio<3600>>(settings_.hours));
    agenda_.put(later(plan_.start, span), [this] { rest(); });
}

void World::begin_daemon_troubles() {
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
}

// An operator wishes for a bounded pass, and may change their mind.
void World::wish_some() {
    BoundedPass pass{.kind = chance(random_, 50) ? PassKind::backfill : PassKind::reconcile};
    pass.stream =
        plan_.entities[static_cast<std::size_t>(between(random_, 0, std::ssize(plan_.entities) - 1))];
    if (pass.kind == PassKind::backfill) {
        pass.first_day = "202401" + std::to_string(between(random_, 10, 31));
        pass.last_day = "20240" + std::to_string(between(random_, 2, 3)) + "15";
    } else {
        pass.deep = chance(random_, 50);
        pass.whole = chance(random_, 50);
        pass.confirm_deletes = chance(random_, 30);
    }
    const bool regretted = chance(random_, 20);
    say("somebody wishes for a " + std::string(to_string(pass.kind)) + " of " + pass.stream);
    life_->wish(std::move(pass), [this, regretted, life = report_.lives](std::uint64_t id) {
        if (!regretted) return;
        agenda_.put(later(now(), spread(random_, 20s)), [this, id, life] {
            if (!life_ || report_.lives != life) return;
            say("bounded pass " + std::to_string(id) + " is not wanted any more");
            bounded_checks_.canceled(id);
            life_->cancel(id);
        });
    });
}

// A stream that has never shown a record cannot be asked.
bool World::can_be_asked(const std::string& stream) const {
    const auto state = store_->tables.streams.find(stream);
    return state != store_->tables.streams.end() && !state->second.dialect.empty();
}

void World::wish_at_rest(BoundedPass pass) {
    if (!can_be_asked(pass.stream)) return;
    ++wishes_;
    life_->wish(std::move(pass), [this](std::uint64_t id) {
        --wishes_;
        awaited_.insert(id);
    });
}

void World::look_at_rest() {
    if (wishes_ == 0 && awaited_.empty() && rest_.is_quiet() && !checks_.is_waiting()) rested();
}

void World::rested() {
    using enum Checks::After;
    if (auto wrong = checks_.end(rests_after_, wished_at_, now())) broken(*wrong);
    // Where requests are short, the bounded passes may have to wait for months.
    over_ = rests_after_ == reconciliation || plan_.rate.monthly_quota.has_value();
    if (over_) return;
    rests_after_ = rests_after_ == polls ? backfill : reconciliation;
    wished_at_ = now();
    for (const auto& [id, pass] : store_->tables.passes) {
        if (pass.is_open() && can_be_asked(pass.stream)) awaited_.insert(id);
    }
    for (const std::string& entity : plan_.entities) {
        if (rests_after_ == backfill)
            wish_at_rest({.kind = PassKind::backfill,
                          .stream = entity,
                          .first_day = "20240101",
                          .last_day = "20240331"});
        else
            wish_at_rest({.stream = entity, .deep = true, .confirm_deletes = true});
    }
}

// Nothing goes wrong any more. Where a quota was met, the month has to turn first.
void World::rest() {
    resting_ = true;
    weather_.clear();
    kill_in_steps_ = 0;
    rest_.begin(plan_.entities, now(), std::max(now(), writers_.last_visible()));
    say("the world rests");
    const bool quota = settings_.has(Fault::quota);
    const Timestamp from = quota ? next_month(now()) : now();
    agenda_.put(later(from, quota ? kRestWithQuota : kRest), [this] { over_ = true; });
}

WorldReport World::run() {
    begin();
    while (goes_on()) {
        advance();
        // A kill may have put its restart before what was next.
        if (goes_on() && agenda_.next() <= now()) agenda_.take_first()();
    }
    if (!report_.broken && !rest_.is_quiet()) broken(rest_.restless() + " does not come to rest");
    if (!report_.broken && !awaited_.empty()) broken("a bounded pass does not come to its end");
    if (!report_.broken) {
        if (auto wrong = checks_.end(rests_after_, wished_at_, now())) broken(*wrong);
    }
    for (const auto& [fault, count] : weather_.hits())
        report_.faults[fault] += count;
    report_.hours = static_cast<double>(now().ticks - plan_.start.ticks) / Timestamp::ticks_per_second / 3600;
    report_.requests = requests_.requests;
    report_.changes = store_->tables.changes.size();
    report_.events = inbox_->events.size();
    return std::move(report_);
}

}  // namespace

WorldReport run_world(const WorldSettings& settings, const Trace& trace) {
    return World(settings, trace).run();
}

}  // namespace carecloud
