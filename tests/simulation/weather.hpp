// The times in which portal and store fail, each of one kind, with a share of the calls that it hits.
#pragma once

#include "simulation/world_settings.hpp"
#include "support/memory_store/store_fault.hpp"
#include "support/virtual/memory_portal.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace carecloud {

class Weather {
  public:
    Weather(const WorldSettings& settings, const WorldPlan& plan, Random& random)
        : settings_(settings), plan_(plan), random_(random) {}

    // One spell begins, if any kind may. Says which, and for how long.
    std::string begin_spell(Timestamp now);
    // Nothing fails from here on.
    void clear();

    // Hooks of the doubles in memory.
    std::optional<Error> portal_fault(const SeenRequest& request, Timestamp now);
    void spoil(const SeenRequest& request, std::string& body);
    std::optional<StoreFault> store_fault(std::string_view operation, Timestamp now);

    // The portal's own count of this month is spent.
    bool quota_spent(Timestamp now) const;
    // How often an answer was spoilt or refused, by kind.
    const std::map<Fault, std::size_t>& hits() const { return hits_; }

  private:
    struct Spell {
        Timestamp until;
        double percent = 0;
    };

    bool hits(Fault fault, Timestamp now);
    std::string refusal() const;
    void contradict(std::string& body);

    const WorldSettings& settings_;
    const WorldPlan& plan_;
    Random& random_;
    std::map<Fault, Spell> spells_;
    std::map<Fault, std::size_t> hits_;
    std::optional<Fault> spoiling_;  // what the answer under way is to become
    std::size_t since_empty_ = 0;    // queries since the last answer that was emptied
    std::string quota_month_;        // whose quota the portal calls spent
};

}  // namespace carecloud
