// Reconciliations and backfills as work for a daemon that is killed: each life is told to make one, by carecloudctl,
// until one has come to its end; then the store must hold what the portal does, and new damage is done.
//
//     BoundedWork work(site, random);
//     const KillPhase phase = work.reconcile(20);
//
// The damage is what no pass of the stream itself can find: records deleted at the portal, others edited without a new
// `modified`, others that become visible long after theirs. Used from one thread.
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

// Work for a daemon that is killed in the middle of it, and how to see from outside how far it is.
struct KillPhase {
    std::string name;
    int kills = 0;
    std::function<void()> give;              // work for the life that begins next
    std::function<void(Process&)> ask = {};  // what a daemon is told once it is up; empty: nothing
    std::function<void()> add = {};          // more of it at some instant of that life; empty: none
    std::function<bool()> done;              // whether all that was given is in the store
    std::function<std::string()> broken =
        {};  // a promise of this work that is broken, in words; empty: none has any
};

// Of the site's stream.
inline constexpr std::chrono::seconds kBoundedWorkOverlap{2};

class BoundedWork {
  public:
    // Both outlive it, and it outlives its phases. The site has an API and that overlap.
    BoundedWork(EventSite& site, std::mt19937_64& random) : site_(site), random_(random) {}

    KillPhase reconcile(int kills);
    KillPhase backfill(int kills);

  private:
    using Progress =
        std::pair<std::uint64_t, std::pair<std::string, std::string>>;  // steps done, and in the next one

    KillPhase phase(const std::string& kind, std::vector<std::string> words, int kills);
    void damage(bool with_deletes);
    std::vector<std::string> some_ids(std::size_t count);
    void ask(Process& daemon, std::vector<std::string> words);
    // The pass that mends the last damage; none: it was not requested yet.
    std::optional<ReadPass> mending() const;
    bool has_ended() const;
    std::string broken();

    EventSite& site_;
    std::mt19937_64& random_;
    Portals wanted_;                   // what the portal has shown since the last damage
    std::uint64_t passes_before_ = 0;  // the newest pass's id when it was done
    std::uint64_t late_ = 0;           // records that were made to come late
    int asked_ = 0;
    Progress reached_;  // by the pass under way, in an earlier life
};

}  // namespace carecloud
