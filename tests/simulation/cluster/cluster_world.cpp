#include "simulation/cluster/cluster_world.hpp"

#include "simulation/cluster/cluster_node.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <random>
#include <set>
#include <stdexcept>
#include <tuple>
#include <utility>

namespace carecloud {
namespace {

using namespace std::chrono_literals;

const Timestamp kStart = *Timestamp::parse("2024-03-01T00:00:00Z");
const std::string kWrittenStream = "claim";
constexpr Duration kTroubles = 8min;  // no faults occur afterwards, and the world comes to rest
constexpr Duration kRestSpan = 3min;
constexpr Duration kUnledMax = 10s;
// How long a daemon must have been well before it is checked.
constexpr Duration kSettled = 12s;
constexpr Timestamp kNotPlanned{INT64_MAX};

// The store's clock: only wall() is used.
class ServerClock : public Clock {
  public:
    MonoTime now() const override { throw std::logic_error("the server's own"); }
    Timestamp wall() const override { return at; }
    std::unique_ptr<Alarm> make_alarm() override { throw std::logic_error("the server's own"); }
    boost::asio::any_io_executor executor() override { throw std::logic_error("the server's own"); }

    Timestamp at = kStart;
};

class ClusterWorld {
  public:
    ClusterWorld(std::uint64_t seed, const std::function<void(const std::string&)>& trace)
        : random_(seed), trace_(trace) {}

    ClusterReport run();

  private:
    // A machine, with or without a running daemon.
    struct Machine {
        std::string name{};
        Duration wall_shift{0};
        std::unique_ptr<ClusterNode> node{};
        Timestamp starts_at = kNotPlanned;
        Timestamp resumes_at = kNotPlanned;  // of a paused daemon
        Timestamp joins_at = kNotPlanned;    // of a daemon that is cut off
        Timestamp well_since{};
        std::size_t losses = 0;
        std::size_t lives = 0;
        bool paused = false;
        bool stopping = false;
    };

    void say(const std::string& what);
    void broken(const std::string& what);
    bool chance(int percent) { return std::uniform_int_distribution<int>(1, 100)(random_) <= percent; }
    Duration between(Duration least, Duration most);
    Duration page_time();
    bool in_troubles() const { return now_ < kStart + kTroubles; }

    bool is_well(const Machine& machine) const;
    bool is_settled(const Machine& machine) const {
        return is_well(machine) && now_ - machine.well_since > kSettled;
    }
    Timestamp next() const;
    void turn(Machine& machine);
    void start(Machine& machine);
    void end(Machine& machine);
    void step_all();

    void write_some();
    void cause_trouble();
    void ask_something();
    Machine* pick_well();

    void check();
    void check_lead();
    void check_losses();
    void check_end();

    Random random_;
    const std::function<void(const std::string&)>& trace_;
    Timestamp now_ = kStart;
    ServerClock server_;
    PortalModel model_;
    RequestMeter requests_{{.per_second = 5, .burst = 5}, kStart, true};
    std::optional<ClusterShared> shared_;
    std::array<Machine, 3> machines_;
    ClusterReport report_;
    Timestamp writes_at_ = kStart;
    Timestamp troubles_at_ = kStart + 20s;
    Timestamp asks_at_ = kStart + 30s;
    Timestamp last_trouble_ = kStart;
    Timestamp led_at_ = kStart;  // the last time when a daemon that is well led, or none was well
    unsigned records_ = 0;
    unsigned versions_ = 0;
};

void ClusterWorld::say(const std::string& what) {
    if (trace_) trace_(now_.to_string_ms() + "  " + what);
}

void ClusterWorld::broken(const std::string& what) {
    if (!report_.broken) report_.broken = what;
    say("BROKEN: " + what);
}

Duration ClusterWorld::between(Duration least, Duration most) {
    return Duration(std::uniform_int_distribution<Duration::rep>(least.count(), most.count())(random_));
}

// Most pages are quick. Some wait for a disk or a standby, for less than the server's time limit.
Duration ClusterWorld::page_time() {
    if (chance(90)) return between(1ms, 30ms);
    return chance(75) ? between(200ms, 2s) : between(3s, 5500ms);
}

bool ClusterWorld::is_well(const Machine& machine) const {
    return machine.node && !machine.paused && !machine.stopping && !machine.node->is_cut_off();
}

void ClusterWorld::start(Machine& machine) {
    machine.starts_at = kNotPlanned;
    machine.node = std::make_unique<ClusterNode>(
        *shared_, machine.name + ":" + std::to_string(++machine.lives), now_, machine.wall_shift, random_());
    machine.well_since = now_;
    machine.losses = 0;
    say(machine.node->name() + " starts");
}

void ClusterWorld::end(Machine& machine) {
    machine.node.reset();
    machine.paused = machine.stopping = false;
    machine.resumes_at = machine.joins_at = kNotPlanned;
    machine.starts_at = now_ + between(100ms, 8s);
}

// Carries out what is due on a machine.
void ClusterWorld::turn(Machine& machine) {
    if (machine.starts_at <= now_) start(machine);
    if (machine.resumes_at <= now_) {
        say(machine.node->name() + " resumes");
        machine.resumes_at = kNotPlanned;
        machine.paused = false;
        machine.node->oversleep_until(now_);
        machine.well_since = now_;
    }
    if (machine.joins_at <= now_) {
        say(machine.node->name() + " reaches the store again");
        machine.joins_at = kNotPlanned;
        machine.node->cut_off(false);
        machine.well_since = now_;
    }
    if (machine.node && machine.node->has_ended()) end(machine);
}

void ClusterWorld::cause_trouble() {
    last_trouble_ = now_;
    // Mostly affects the leader.
    Machine* machine = &machines_[random_() % machines_.size()];
    for (Machine& one : machines_)
        if (is_well(one) && one.node->leads() && chance(70)) machine = &one;
    if (!is_well(*machine)) return;
    const int kind = std::uniform_int_distribution<int>(0, 3)(random_);
    if (kind == 0) {
        say(machine->node->name() + " is killed");
        ++report_.kills;
        end(*machine);
    } else if (kind == 1) {
        say(machine->node->name() + " is stopped");
        machine->stopping = true;
        machine->node->stop();
    } else if (kind == 2) {
        say(machine->node->name() + " is paused");
        ++report_.pauses;
        machine->paused = true;
        machine->resumes_at = now_ + between(500ms, 20s);
    } else {
        say(machine->node->name() + " does not reach the store");
        ++report_.cuts;
        machine->node->cut_off(true);
        machine->joins_at = now_ + between(500ms, 20s);
    }
}

ClusterWorld::Machine* ClusterWorld::pick_well() {
    std::vector<Machine*> well;
    for (Machine& machine : machines_)
        if (is_well(machine)) well.push_back(&machine);
    return well.empty() ? nullptr : well[random_() % well.size()];
}

// Writes a new record or a new version of one, and delivers its event to any daemon.
void ClusterWorld::write_some() {
    const bool is_new = records_ < 20 || chance(50);
    const unsigned number = is_new ? ++records_ : 1 + static_cast<unsigned>(random_() % records_);
    std::string id = std::to_string(number);
    id.insert(0, 24 - id.size(), '0');
    const std::string document = R"({"_id":")" + id + R"(","workspace_id":"w","bucket_id":"b","modified":")" +
                                 now_.to_string() + R"(","version":)" + std::to_string(++versions_) + "}";
    if (!model_.put(kWrittenStream, document)) throw std::logic_error("the portal refuses a document");
    Machine* const machine = pick_well();
    if (machine == nullptr) return;
    machine->node->receive({.message_id = "message-" + std::to_string(versions_),
                            .topic_arn = "topic",
                            .event_type = "claim",
                            .stream = kWrittenStream,
                            .record_id = id,
                            .event_time = now_.to_string(),
                            .body = "{}"},
                           [](bool) {});
}

// Submits a request to any daemon. It must be carried out, unless a fault occurred shortly before or in the meantime.
void ClusterWorld::ask_something() {
    Machine* const machine = pick_well();
    if (machine == nullptr) return;
    machine->node->request([this, asked = now_](bool done) {
        report_.requests += done;
        const bool quiet = last_trouble_ + kSettled + 20s < asked;
        if (!done && quiet) broken("a request was not carried out although all daemons were well");
    });
}

Timestamp ClusterWorld::next() const {
    Timestamp first = std::min({kStart + kTroubles + kRestSpan, writes_at_, troubles_at_, asks_at_});
    for (const Machine& machine : machines_) {
        first = std::min({first, machine.starts_at, machine.resumes_at, machine.joins_at});
        if (machine.node && !machine.paused) first = std::min(first, machine.node->next());
    }
    return std::max(first, now_);
}

// The first machine is random.
void ClusterWorld::step_all() {
    const std::size_t first = random_() % machines_.size();
    for (std::size_t i = 0; i < machines_.size(); ++i) {
        Machine& machine = machines_[(first + i) % machines_.size()];
        turn(machine);
        if (machine.node && !machine.paused) machine.node->run_until(now_);
    }
}

void ClusterWorld::check_lead() {
    std::size_t trusting = 0;
    bool led = false;
    bool any_well = false;
    for (const Machine& machine : machines_) {
        if (!machine.node || machine.paused) continue;
        trusting += machine.node->trusts_its_lease();
        any_well = any_well || is_well(machine);
        led = led || (is_well(machine) && machine.node->leads());
    }
    if (trusting > 1) broken("two daemons trust their leases at once");
    if (led || !any_well) led_at_ = now_;
    const Duration unled = now_ - led_at_;
    report_.unled_max = std::max(report_.unled_max, std::chrono::duration<double>(unled).count());
    if (unled > kUnledMax) broken("a daemon is well, and none has led for ten seconds");
}

void ClusterWorld::check_losses() {
    for (Machine& machine : machines_) {
        if (!machine.node || machine.node->losses() == machine.losses) continue;
        report_.losses += machine.node->losses() - machine.losses;
        machine.losses = machine.node->losses();
        if (is_settled(machine)) broken(machine.node->name() + " was well and lost its lease");
    }
}

void ClusterWorld::check() {
    check_lead();
    check_losses();
    if (shared_->store->stale_writes > 0)
        broken("a page was written by a daemon whose lease another one had taken");
}

void ClusterWorld::check_end() {
    const StoreContent& tables = shared_->store->tables;
    if (const std::string wrong = check_changes(tables); !wrong.empty()) broken(wrong);
    std::set<std::tuple<std::string, std::string, Hash>> versions;
    for (const StoreContent::Change& change : tables.changes) {
        if (!versions.emplace(change.id, change.modified, change.hash).second)
            broken("a version of record " + change.id + " is twice in the log");
    }
    std::size_t seen = 0;
    model_.for_each(kWrittenStream, [&](const PortalDocument& document) {
        ++seen;
        const auto held = tables.records.find({kWrittenStream, std::string(document.id_text())});
        if (held == tables.records.end() || held->second.body != document.raw())
            broken("record " + std::string(document.id_text()) + " is missing or out of date at rest");
    });
    if (seen != tables.records.size()) broken("the store has records that the portal has not");
    // An event of a doubted record stays open until the doubt is resolved, which takes the overlap, longer than the
    // rest: two responses that were under way at once had two versions of the record.
    for (const auto& [id, held] : shared_->inbox->events) {
        const bool is_doubted =
            tables.doubted.contains({held.event.stream.value_or(""), held.event.record_id});
        if (held.event.state == EventState::open && !is_doubted) broken("event " + id + " is open at rest");
    }
    report_.changes = tables.changes.size();
    report_.terms = shared_->store->leases.at(std::string(kEngineLease)).token;
}

ClusterReport ClusterWorld::run() {
    shared_.emplace(ClusterShared{.model = model_,
                                  .requests = requests_,
                                  .server = server_,
                                  .page_time = [this] { return page_time(); },
                                  .broken = [this](const std::string& what) { broken(what); },
                                  .say = [this](const std::string& what) { say(what); }});
    constexpr std::array<const char*, 3> names{"a", "b", "c"};
    for (std::size_t i = 0; i < machines_.size(); ++i) {
        machines_[i].name = names[i];
        machines_[i].starts_at = kStart + between(0s, 3s);
    }
    machines_[random_() % machines_.size()].wall_shift = chance(50) ? 1h : -1h;
    while (now_ < kStart + kTroubles + kRestSpan && !report_.broken) {
        server_.at = now_ = next();
        model_.set_now(now_);
        step_all();
        check();
        if (writes_at_ <= now_) {
            if (in_troubles()) write_some();
            writes_at_ = in_troubles() ? now_ + between(100ms, 4s) : kNotPlanned;
        }
        if (troubles_at_ <= now_) {
            if (in_troubles()) cause_trouble();
            // Sometimes long enough for the cluster to come to rest.
            const Duration pause = chance(20) ? between(40s, 90s) : between(500ms, 25s);
            troubles_at_ = in_troubles() ? now_ + pause : kNotPlanned;
        }
        if (asks_at_ <= now_) {
            ask_something();
            asks_at_ = now_ + between(1s, 20s);
        }
    }
    if (!report_.broken) check_end();
    // The daemons must be destroyed before the objects that they use.
    for (Machine& machine : machines_)
        machine.node.reset();
    return report_;
}

}  // namespace

ClusterReport run_cluster(std::uint64_t seed, const std::function<void(const std::string&)>& trace) {
    ClusterWorld world(seed, trace);
    return world.run();
}

}  // namespace carecloud
