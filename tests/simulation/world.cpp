#include "simulation/world.hpp"

#include "simulation/announcer.hpp"
#include "simulation/checks.hpp"
#include "simulation/life.hpp"
#include "simulation/pass_watch.hpp"
#include "simulation/rest.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace carecloud {
namespace {

using namespace std::chrono_literals;

// How long the world rests at the most: the longest pause after a failure, the hour after which a record that no answer
// carried is tried again, and room for several of these. With quotas, the day after which the portal is asked again
// whether it is still spent.
constexpr Duration kRest = 6h;
constexpr Duration kRestWithQuota = 30h;

class World : Observer {
  public:
    World(const WorldSettings& settings, const Trace& trace)
        : settings_(settings),
          trace_(trace),
          random_(settings.seed),
          plan_(make_plan(settings_, random_)),
          now_(plan_.start),
          model_(plan_.dialect),
          weather_(settings_, plan_, random_),
          requests_(plan_.rate, plan_.start, !plan_.clock_jumps),
          announcer_(settings_, random_, agenda_,
                     [this](Event event, std::function<void(bool)> answered) {
                         if (life_) life_->receive(std::move(event), std::move(answered));
                     }),
          writers_(model_, settings_, plan_, random_,
                   [this](const std::string& entity, const std::string& id, const Written& record) {
                       if (live_) announcer_.announce(entity, id, record, now());
                   }),
          checks_(plan_, model_, writers_, *store_, *inbox_) {}

    WorldReport run();

  private:
    void pass_ended(const PassReport& report) override;
    void backing_off(std::string_view stream, const Error& error, Duration pause) override;
    void push_silent(std::string_view stream, bool silent) override;
    void failed(const Error& error) override { say("beside the passes: " + error.message()); }

    Timestamp now() const { return life_ ? life_->now() : now_; }
    // What is said costs nothing where nobody listens.
    template <class Text>
    void say(Text text);
    void broken(const std::string& what);

    void start_life();
    void kill_life();
    void advance_to(Timestamp at);
    // From now on, again and again, at random until the rest.
    void repeat(Duration mean, std::function<void()> action);
    void begin();
    void rest();
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
    StreamVariant variant_;
    WorldReport report_;
    std::unique_ptr<Life> life_;
    std::size_t kill_in_steps_ = 0;  // 0: it lives on
    bool live_ = false;              // the portal's beginning is over
    bool resting_ = false;
    bool over_ = false;  // everything rests, or had its time
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
    if (resting_) {
        if (auto wrong = rest_.pass_ended(report, passes_.last_began(report.stream))) broken(*wrong);
        over_ = rest_.is_quiet() && !checks_.is_waiting();
    }
    if (!trace_) return;
    if (report.error) return say(report.stream + ": pass failed: " + report.error->message());
    if (report.summary.changes() + report.summary.quarantined + report.events.settled + report.events.open ==
        0)
        return;
    say(report.stream + ": " + std::to_string(report.summary.changes()) + " changes in " +
        std::to_string(report.pages) + " pages and " + std::to_string(report.requests) + " requests, " +
        std::to_string(report.events.settled) + " events settled, " + std::to_string(report.events.open) +
        " open" + (report.events.error ? " (" + report.events.error->message() + ")" : "") + ", cursor " +
        (report.state.cursor ? report.state.cursor->modified_text : "none"));
}

void World::backing_off(std::string_view stream, const Error& /*error*/, Duration pause) {
    passes_.backing_off(stream, pause, now());
    if (trace_)
        say(std::string(stream) + ": waits " +
            std::to_string(std::chrono::duration_cast<std::chrono::seconds>(pause).count()) + " s");
}

void World::push_silent(std::string_view stream, bool silent) {
    say(std::string(stream) + (silent ? ": push is silent" : ": push is heard again"));
}

void World::start_life() {
    if (settings_.has(Fault::settings) && !resting_ && chance(random_, 25)) {
        variant_ = random_variant(random_);
        ++report_.faults[Fault::settings];
        say("settings: filter " + variant_.filter + ", " + std::to_string(variant_.fields.size()) +
            " fields, pages of " + std::to_string(variant_.page_size));
    }
    checks_.new_life(variant_);
    passes_.new_life(plan_.entities, plan_.poll_every, !plan_.rate.monthly_quota, now_);
    ++report_.lives;
    say("the daemon starts");
    const LifeContext context{model_,   store_,    inbox_,
                              weather_, requests_, passes_,
                              plan_,    *this,     [this](const std::string& what) { broken(what); }};
    life_ = std::make_unique<Life>(context, variant_, now_, random_());
}

void World::kill_life() {
    say("the daemon is killed");
    now_ = now();
    life_.reset();
    passes_.end_life();
    kill_in_steps_ = 0;
    ++report_.faults[Fault::kill];
    agenda_.put(later(now_, spread(random_, 2min)), [this] { start_life(); });
}

void World::advance_to(Timestamp at) {
    while (life_ && goes_on()) {
        const bool more = life_->step(at);
        if (auto wrong = checks_.step(now())) broken(*wrong);
        passes_.look(now());
        if (kill_in_steps_ > 0 && --kill_in_steps_ == 0) kill_life();
        if (!more) break;
    }
    if (!life_) now_ = std::max(now_, at);
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
    model_.set_now(now_);
    writers_.fill();
    live_ = true;
    start_life();
    repeat(4min, [this] { say(writers_.write_some()); });
    repeat(40min, [this] {
        if (const std::string spell = weather_.begin_spell(now()); !spell.empty()) say(spell);
    });
    if (settings_.has(Fault::kill)) {
        repeat(50min, [this] {
            if (life_ && kill_in_steps_ == 0)
                kill_in_steps_ = static_cast<std::size_t>(between(random_, 1, 400));
        });
    }
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
    const auto span = std::chrono::duration_cast<Duration>(
        std::chrono::duration<double, std::ratio<3600>>(settings_.hours));
    agenda_.put(later(plan_.start, span), [this] { rest(); });
}

// Nothing goes wrong any more. Where a quota was met, the month has to turn first.
void World::rest() {
    resting_ = true;
    weather_.clear();
    kill_in_steps_ = 0;
    rest_.begin(plan_.entities, now(), std::max(now(), writers_.last_visible()));
    say("the world rests");
    const bool quota = settings_.has(Fault::quota);
    const Timestamp from = quota ? std::max(now(), next_month(plan_.start)) : now();
    agenda_.put(later(from, quota ? kRestWithQuota : kRest), [this] { over_ = true; });
}

WorldReport World::run() {
    begin();
    while (goes_on()) {
        advance_to(agenda_.next());
        // A kill may have put its restart before what was next.
        if (goes_on() && agenda_.next() <= now()) agenda_.take_first()();
    }
    if (!report_.broken && !rest_.is_quiet()) broken(rest_.restless() + " does not come to rest");
    if (!report_.broken) {
        if (auto wrong = checks_.end(now())) broken(*wrong);
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
