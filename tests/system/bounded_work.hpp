// Reconciliations and backfills as work for a daemon that is killed: in each run of the daemon carecloudctl requests
// one, until one has completed; then the store must equal the portal, and new damage is done.
//
//     BoundedWork work(site, random);
//     const KillPhase phase = work.reconcile(20);
//
// The damage is of kinds that no pass of the stream can find: records deleted at the portal, others edited without a
// new `modified`, others that become visible long after theirs. Used from one thread.
#pragma once

#include "system/event_site.hpp"
#include "system/process.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace carecloud {

// Work for a daemon that is killed while doing it, and a way to observe its progress from outside.
struct KillPhase {
    std::string name;
    int kills = 0;
    std::function<void()> give;                // work for the daemon's next run
    std::function<void(Process&)> ask = {};    // requests to a running daemon; empty: none
    std::function<void()> add = {};            // more work at some instant of that run; empty: none
    std::function<bool()> done;                // whether all of the work is in the store
    std::function<std::string()> broken = {};  // the first broken promise, as text; empty: it has none
};

// The overlap of the site's stream.
inline constexpr std::chrono::seconds kBoundedWorkOverlap{2};

class BoundedWork {
  public:
    // Both must outlive it, and it must outlive its phases. The site has an API and that overlap.
    BoundedWork(EventSite& site, std::mt19937_64& random) : site_(site), random_(random) {}

    KillPhase reconcile(int kills);
    KillPhase backfill(int kills);

  private:
    // The steps that are done, and the position in the next one.
    using Progress = std::pair<std::uint64_t, std::pair<std::string, std::string>>;

    KillPhase phase(const std::string& kind, std::vector<std::string> words, int kills);
    void damage(bool with_deletes);
    std::vector<std::string> some_ids(std::size_t count);
    void ask(Process& daemon, std::vector<std::string> words);
    // The pass that fixes the last damage; std::nullopt: not requested yet.
    std::optional<ReadPass> mending() const;
    bool has_ended() const;
    std::string broken();

    EventSite& site_;
    std::mt19937_64& random_;
    Portals wanted_;                   // what the portal has returned since the last damage
    std::uint64_t passes_before_ = 0;  // the newest pass's id when it was done
    std::uint64_t late_ = 0;           // records that become visible late
    int asked_ = 0;
    Progress reached_;  // by the current pass, in an earlier run of the daemon
};

}  // namespace carecloud
