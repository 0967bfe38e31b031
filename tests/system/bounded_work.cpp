#include "system/bounded_work.hpp"

#include "portal/records.hpp"
#include "support/real_now.hpp"
#include "system/programs.hpp"

#include <algorithm>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace carecloud {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

constexpr const char* kBackfilled = "claim_attendance";
constexpr const char* kApiUp = "API listening";
constexpr std::size_t kEach =
    12;  // records deleted, edited, late: far below the number that requires confirmation
constexpr std::chrono::seconds kStill = 2 * kBoundedWorkOverlap;
constexpr std::uint64_t kLateSeed = 0x6c61746500000000U;  // ids different from the portal's own

}  // namespace

KillPhase BoundedWork::reconcile(int kills) {
    return phase("reconcile", {"reconcile", kBackfilled, "--deep", "--no-wait"}, kills);
}

// All months of the portal's records.
KillPhase BoundedWork::backfill(int kills) {
    return phase("backfill", {"backfill", kBackfilled, "--from", "2023-01", "--to", "2024-12", "--no-wait"},
                 kills);
}

KillPhase BoundedWork::phase(const std::string& kind, std::vector<std::string> words, int kills) {
    const bool deletes = kind == "reconcile";
    wanted_.clear();
    const auto give = [this, deletes] {
        if (wanted_.empty() || has_ended()) damage(deletes);
    };
    const auto ask_daemon = [this, words = std::move(words)](Process& daemon) {
        if (!mending()) ask(daemon, words);
    };
    return {.name = kind,
            .kills = kills,
            .give = give,
            .ask = ask_daemon,
            .done = [this] { return has_ended(); },
            .broken = [this] { return broken(); }};
}

// Records that have not changed within the overlap: a lagging response may omit newer ones, so their deletion would not
// be accepted.
std::vector<std::string> BoundedWork::some_ids(std::size_t count) {
    const Timestamp now = real_now();
    const std::string since = Timestamp{now.ticks - kStill.count() * Timestamp::ticks_per_second}.to_string();
    std::vector<std::string> ids;
    for (const auto& [id, shown] : site_.portal.listing(kBackfilled)) {
        if (shown.modified < since) ids.push_back(id);
    }
    REQUIRE(ids.size() >= count);
    std::shuffle(ids.begin(), ids.end(), random_);
    ids.resize(count);
    return ids;
}

void BoundedWork::damage(bool with_deletes) {
    PortalProcess& portal = site_.portal;
    if (with_deletes) portal.control("POST", "/delete", {{"ids", some_ids(kEach)}});
    portal.control("POST", "/touch", {{"ids", some_ids(kEach)}, {"keep_modified", true}});
    json late = json::array();
    for (std::size_t i = 0; i < kEach; ++i) {
        // Their `modified` lies far behind the cursor.
        late.push_back(json::parse(make_record({.seed = kLateSeed}, late_++)));
    }
    portal.control("POST", "/put/" + std::string(kBackfilled) + "?silent=true", late);
    wanted_ = site_.agency.portals(portal);
    const auto passes = read_passes(site_.agency.store_path());
    passes_before_ = passes.empty() ? 0 : passes.back().id;
    reached_ = {};
}

void BoundedWork::ask(Process& daemon, std::vector<std::string> words) {
    REQUIRE(daemon.says(kApiUp, kWithin));
    words.insert(words.begin(), {ctl_program(), "--url", "unix:" + site_.api_socket()});
    Process ctl(
        {.arguments = std::move(words), .output = site_.agency.file("ctl" + std::to_string(++asked_))});
    const Ended end = ctl.wait(kWithin);
    CAPTURE(ctl.err());
    REQUIRE(end.code == 0);
}

std::optional<ReadPass> BoundedWork::mending() const {
    const auto passes = read_passes(site_.agency.store_path());
    if (passes.empty() || passes.back().id <= passes_before_) return std::nullopt;
    return passes.back();
}

bool BoundedWork::has_ended() const {
    const auto pass = mending();
    return pass && !pass->is_open();
}

// A backfill never goes back in its range; a completed one has fixed everything.
std::string BoundedWork::broken() {
    const auto pass = mending();
    if (!pass) return {};
    const Progress progress{pass->steps_done, pass->position};
    if (progress < reached_)
        return "the " + pass->kind + " has gone back in its step " + std::to_string(progress.first);
    reached_ = progress;
    if (pass->is_open()) return {};
    if (pass->state != "done") return "the " + pass->kind + " is " + pass->state + ": " + pass->error;
    return broken_promise(read_store(site_.agency.store_path()), wanted_);
}

}  // namespace carecloud
