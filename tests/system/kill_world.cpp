#include "system/kill_world.hpp"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace carecloud {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int kRecords = 2000;
constexpr std::size_t kInFlight = 80;
constexpr const char* kUp = "SNS endpoint listening";
constexpr int kOneAtStart = 5;  // kills

// In each round; packaging/test.sh --soak has twenty rounds.
constexpr int kKillsFirstLoad = 10;
constexpr int kKillsIncrements = 6;
constexpr int kKillsReconcile = 6;
constexpr int kKillsBackfill = 5;
constexpr int kKillsEvents = 8;

milliseconds since(steady_clock::time_point begun) {
    return std::chrono::duration_cast<milliseconds>(steady_clock::now() - begun);
}

void remove_store(const std::string& path) {
    for (const char* const ending : {"", "-wal", "-shm"})
        std::filesystem::remove(path + ending);
    std::filesystem::remove(std::filesystem::path(path).parent_path() / "known.store.db");
}

}  // namespace

KillWorld::KillWorld(std::uint64_t seed)
    : site_({.records = kRecords,
             .portal = {"--sns-connections", "40", "--sns-retries", "100", "--batch", "230", "--slow", "2",
                        "--seed", std::to_string(seed % 1'000'000)},
             .poll_every = "1s",
             .stream_more = "overlap: " + std::to_string(kBoundedWorkOverlap.count()) + "s",
             .with_api = true}),
      random_(seed),
      bounded_(site_, random_) {
    site_.agency.config.timeout = "1s";
    site_.agency.config.page_size = 50;
    Process daemon = site_.start();
    site_.keep_port();
    site_.subscribe(daemon);
    CHECK(site_.agency.stop(daemon).code == 0);
    site_.write_config();
    site_.portal.control("POST", "/sns/settings", {{"retry_delay_ms", 200}});
}

std::vector<KillPhase> KillWorld::phases() {
    // Events come last: those of a record that is deleted would be settled as gone.
    return {first_load(), increments(), bounded_.reconcile(kKillsReconcile),
            bounded_.backfill(kKillsBackfill), events()};
}

// The load extends over several runs of the daemon; once it has completed, the next one begins with an empty store.
KillPhase KillWorld::first_load() {
    const auto done = [this] { return holds(site_.agency.store_path(), wanted_); };
    const auto give = [this, done] {
        if (!wanted_.empty() && !done()) return;
        remove_store(site_.agency.store_path());
        sent_.clear();
        wanted_ = site_.agency.portals(site_.portal);
    };
    return {.name = "first load", .kills = kKillsFirstLoad, .give = give, .done = done};
}

// Some records stay untouched, for the reconciliations that follow (bounded_work.hpp).
KillPhase KillWorld::increments() {
    const auto change = [this](int touched, int made) {
        site_.portal.control("POST", "/touch", {{"count", touched}, {"silent", true}});
        site_.portal.control("POST", "/generate", {{"count", made}, {"batch", 7}, {"silent", true}});
    };
    const auto give = [this, change] {
        change(60, 20);
        wanted_ = site_.agency.portals(site_.portal);
    };
    return {.name = "increments",
            .kills = kKillsIncrements,
            .give = give,
            .add = [change] { change(20, 5); },
            .done = [this] { return holds(site_.agency.store_path(), wanted_); }};
}

KillPhase KillWorld::events() {
    const auto give = [this] {
        const std::size_t pending = site_.counts().at("pending");
        submit(kInFlight - std::min(pending, kInFlight));
    };
    const auto add = [this] {
        // Every third time nothing can be written from here on, so nothing may get its 200.
        if (++adds_ % 3 == 0) lock_.emplace(site_.agency.store_path());
        submit(20);
    };
    return {.name = "events", .kills = kKillsEvents, .give = give, .add = add, .done = [this] {
                return has_settled();
            }};
}

void KillWorld::submit(std::size_t count) {
    if (count == 0) return;
    const std::vector<std::string> ids = site_.submit({{"count", count}});
    sent_.insert(sent_.end(), ids.begin(), ids.end());
}

bool KillWorld::has_settled() {
    if (site_.counts().at("pending") > 0) return false;
    const ReadEvents held = read_events(site_.agency.store_path());
    return std::all_of(held.begin(), held.end(),
                       [](const auto& event) { return event.second.state == "settled"; });
}

milliseconds KillWorld::between(milliseconds from, milliseconds to) {
    std::uniform_int_distribution<std::int64_t> pick(from.count(), std::max(from, to).count());
    return milliseconds(pick(random_));
}

KillWorld::Span KillWorld::observe(const KillPhase& phase) {
    site_.portal.clear_faults();
    phase.give();
    const auto begun = steady_clock::now();
    Process daemon = site_.agency.start();
    if (!daemon.says(kUp, kWithin)) throw std::runtime_error("it does not come up: " + daemon.err());
    const milliseconds up = since(begun);
    if (phase.ask) phase.ask(daemon);
    if (!daemon.wait_until(phase.done, kWithin))
        throw std::runtime_error(phase.name + " is never done: " + daemon.err());
    const Span span{.up = up, .work = since(begun) - up};
    CHECK(site_.agency.stop(daemon).code == 0);
    site_.portal.fault_all(kFaultShare);
    return span;
}

void KillWorld::kill_once(const KillPhase& phase, Process& daemon, Span& span) {
    // Some hit the start, when the work of an earlier run is resumed; the others hit the work that follows.
    if (tally_.kills % kOneAtStart == 0) {
        REQUIRE(daemon.outlives(between(0ms, span.up)));
    } else {
        REQUIRE(daemon.says(kUp, kWithin));
        if (phase.ask) phase.ask(daemon);
        const milliseconds life = between(0ms, span.work);
        const milliseconds before = phase.add ? between(0ms, life) : life;
        REQUIRE(daemon.outlives(before));
        if (phase.add) {
            phase.add();
            REQUIRE(daemon.outlives(life - before));
        }
    }
    daemon.send(SIGKILL);
    const Ended end = daemon.wait(kWithin);
    REQUIRE(end.signal == SIGKILL);
    lock_.reset();
    const Run run = site_.agency.said(daemon, end.code);
    ++tally_.kills;
    if (!run.says(kUp)) return;
    const bool hit = !phase.done();
    tally_.hits += hit;
    span.work = hit ? span.work * 11 / 10 : span.work * 3 / 4;
}

std::string KillWorld::broken_by(const KillPhase& phase) {
    tally_ = {};
    Span span = observe(phase);
    if (phase.broken) {
        std::string broken = phase.broken();
        if (!broken.empty()) return broken;
    }
    // On a busy machine most kills may miss for a while: then more are made.
    const auto misses = [&] { return tally_.hits * 3 < tally_.kills && tally_.kills < phase.kills * 4; };
    for (int kill = 0; kill < phase.kills || misses(); ++kill) {
        CAPTURE(phase.name, kill);
        phase.give();
        Process daemon = site_.agency.start();
        kill_once(phase, daemon, span);
        std::string broken = broken_now();
        if (broken.empty() && phase.broken) broken = phase.broken();
        if (!broken.empty()) return broken;
    }
    // The work of the last run is done first: the next phase's work would not fix it.
    if (!phase.done()) observe(phase);
    return phase.broken ? phase.broken() : std::string();
}

// Checks that hold at any instant, whatever was in progress.
std::string KillWorld::broken_now() {
    if (revision(site_.agency.store_path()) < 0) return {};
    const std::string broken = broken_log(read_store(site_.agency.store_path()));
    if (!broken.empty()) return broken;
    const std::string lost = first_lost();
    return lost.empty() ? lost : "the message " + lost + " was acknowledged, but is not stored as an event";
}

std::string KillWorld::first_lost() {
    if (sent_.empty()) return {};
    const Deliveries ended = site_.portal.deliveries();
    const ReadEvents held = read_events(site_.agency.store_path());
    for (const std::string& id : sent_) {
        const auto found = ended.find(id);
        if (found != ended.end() && found->second.status == 200 && !held.contains(id)) return id;
    }
    return {};
}

std::string KillWorld::broken_at_last() {
    site_.portal.clear_faults();
    Process daemon = site_.agency.start();
    // A message that SNS gave up, because the machine was too busy to respond, is not an event; its record arrives
    // anyway.
    std::vector<std::string> taken;
    const std::vector<Delivery> ends = site_.ends(daemon, sent_);
    for (std::size_t i = 0; i < sent_.size(); ++i) {
        if (ends[i].status == 200) taken.push_back(sent_[i]);
        if (ends[i].status >= 400 && ends[i].status != 503)
            return "a message got " + std::to_string(ends[i].status);
    }
    if (taken.empty()) return "no message was taken";
    std::string broken = site_.become(daemon, taken, "settled");
    if (broken.empty()) broken = site_.agency.follows(daemon, site_.portal, kWithin);
    CHECK(site_.agency.stop(daemon).code == 0);
    const ReadEvents held = read_events(site_.agency.store_path());
    for (const auto& [id, event] : held) {
        if (broken.empty() && event.state != "settled") broken = id + " is " + event.state;
    }
    return broken.empty() ? site_.agency.broken_promise(site_.portal) : broken;
}

}  // namespace carecloud
