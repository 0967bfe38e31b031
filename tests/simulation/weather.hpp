// The times in which portal and store fail, each of one kind, with a share of the calls that it hits.
#pragma once

#include "simulation/spoiler.hpp"
#include "simulation/world_settings.hpp"
#include "support/memory_store/store_fault.hpp"
#include "support/virtual/memory_portal.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace carecloud {

// A record that no listing shows.
struct LeftOut {
    std::string entity;
    std::string id;
};

class Weather {
  public:
    // `write`: somebody writes records, now. All of these outlive it.
    Weather(const WorldSettings& settings, const WorldPlan& plan, PortalModel& model, Random& random,
            std::function<void()> write)
        : settings_(settings),
          model_(model),
          random_(random),
          spoiler_(model, plan, random),
          write_(std::move(write)) {}

    // One spell begins, if any kind may. Says which, and for how long.
    std::string begin_spell(Timestamp now);
    // For a minute, records are written while pages are read.
    void begin_busy(Timestamp now);
    // From camelCase to PascalCase, or back.
    void change_spelling();
    // It is in no listing, until another one is named, or none.
    void leave_out(std::optional<LeftOut> record) { left_out_ = std::move(record); }
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

    // Whether it is this request that a spell of that kind hits.
    bool is_due(Fault fault, Timestamp now);
    // And counts it.
    bool hits(Fault fault, Timestamp now);

    const WorldSettings& settings_;
    PortalModel& model_;
    Random& random_;
    Spoiler spoiler_;
    std::function<void()> write_;
    std::map<Fault, Spell> spells_;
    std::map<Fault, std::size_t> hits_;
    std::optional<Fault> spoiling_;  // what the answer under way is to become
    std::size_t since_empty_ = 0;    // queries since the last answer that was emptied
    Timestamp emptied_at_{};
    std::optional<LeftOut> left_out_;
    std::string quota_month_;  // whose quota the portal calls spent
};

}  // namespace carecloud
