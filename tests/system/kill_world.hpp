// A daemon that is killed by kill -9 at random instants, in one phase of its work after another, on one store.
//
//     KillWorld world(seed);
//     for (const KillPhase& phase : world.phases())
//         REQUIRE(world.broken_by(phase) == "");
//     REQUIRE(world.broken_at_last() == "");
//
// A phase is work for one run of the daemon, and a way to observe from outside whether it is done. Its duration is
// measured; the kills are spread over that span, which is adjusted to the hits, since machines are sometimes busy. Only
// kills after the daemon was up and before the work was done count as hits. Meanwhile the portal occasionally has each
// of its faults. Used from one thread.
#pragma once

#include "system/bounded_work.hpp"
#include "system/event_site.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace carecloud {

struct KillTally {
    int kills = 0;
    int hits = 0;
};

class KillWorld {
  public:
    explicit KillWorld(std::uint64_t seed);

    // In the required order: the first one empties the store.
    std::vector<KillPhase> phases();
    // Does all kills of one phase. Returns the first promise broken right after one of them, as text.
    std::string broken_by(const KillPhase& phase);
    // The faults end and the daemon keeps running: returns the first promise that is still broken after sufficient
    // time.
    std::string broken_at_last();

    const KillTally& tally() const { return tally_; }  // of the last phase

  private:
    struct Span {
        std::chrono::milliseconds up;    // from the start of the process until its endpoint listens
        std::chrono::milliseconds work;  // from then until the phase's work is done
    };

    KillPhase first_load();
    KillPhase increments();
    KillPhase events();

    Span observe(const KillPhase& phase);
    void kill_once(const KillPhase& phase, Process& daemon, Span& span);
    std::string broken_now();
    std::string first_lost();
    bool has_settled();
    void submit(std::size_t count);
    std::chrono::milliseconds between(std::chrono::milliseconds from, std::chrono::milliseconds to);

    EventSite site_;
    std::mt19937_64 random_;
    BoundedWork bounded_;
    Portals wanted_;                 // what a load or an increment must fetch
    std::vector<std::string> sent_;  // MessageIds
    std::optional<StoreLock> lock_;  // held by "another program" until the kill
    std::uint64_t adds_ = 0;
    KillTally tally_;
};

}  // namespace carecloud
