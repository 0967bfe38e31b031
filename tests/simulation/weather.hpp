// The periods in which portal and store fail, each of one kind, with the share of affected calls.
#pragma once

#include "simulation/exposures.hpp"
#include "simulation/replica.hpp"
#include "simulation/spoiler.hpp"
#include "simulation/world_settings.hpp"
#include "support/memory_store/store_fault.hpp"
#include "support/virtual/memory_portal.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace carecloud {

// A record that no listing contains.
struct LeftOut {
    std::string entity;
    std::string id;
    Timestamp since{};  // by the true clock
};

// An unexpected exception of a call.
struct SimulatedFault : std::runtime_error {
    SimulatedFault() : std::runtime_error("simulated") {}
};

class Weather {
  public:
    // `write`: writes records, now. All of these must outlive it.
    Weather(const WorldSettings& settings, const WorldPlan& plan, PortalModel& model, Replica& replica,
            Exposures& exposures, Random& random, std::function<void()> write)
        : settings_(settings),
          plan_(plan),
          model_(model),
          replica_(replica),
          exposures_(exposures),
          random_(random),
          rare_random_(settings.seed ^ kRareSeed),
          sleep_random_(settings.seed ^ ~kRareSeed),
          spoiler_(model, plan, random),
          write_(std::move(write)) {}

    // One spell begins, if any kind may. Returns which, and for how long.
    std::string begin_spell(Timestamp now);
    // The same for the rare kinds. `ids`: the ids of an entity.
    std::string begin_rare_spell(Timestamp now, const std::map<std::string, std::vector<std::string>>& ids);
    // For a minute, records are written while pages are read.
    void begin_busy(Timestamp now);
    // From camelCase to PascalCase, or back.
    void change_spelling();
    // No listing contains this record until the next call; std::nullopt: listings omit none.
    void leave_out(std::optional<LeftOut> record) { left_out_ = std::move(record); }
    const std::optional<LeftOut>& left_out() const { return left_out_; }
    // Ends all faults.
    void clear();

    // Hooks of the in-memory portal and store.
    std::optional<Error> portal_fault(const SeenRequest& request, Timestamp now);
    void spoil(const SeenRequest& request, std::string& body);
    std::optional<PortalModel::Answer> other_answer(const SeenRequest& request, Timestamp now);
    // The `Date` of a response sent now; `local`: the daemon's clock.
    std::optional<Timestamp> date(Timestamp now, Timestamp local);
    std::optional<StoreFault> store_fault(std::string_view operation, Timestamp now);
    // At the end of a sleep: throws if that is due.
    void disturb_sleep(Timestamp now) { throw_some(now, sleep_random_); }

    // The portal's own count of this month is used up.
    bool quota_spent(Timestamp now) const;
    // The number of corrupted or refused responses, by kind.
    const std::map<Fault, std::size_t>& hits() const { return hits_; }

  private:
    struct Spell {
        Timestamp until;
        double percent = 0;
    };

    // Whether a spell of that kind affects this request.
    bool is_due(Fault fault, Timestamp now);
    // The same, and counts it.
    bool hits(Fault fault, Timestamp now);
    void throw_some(Timestamp now, Random& random);
    std::string begin_holes(Timestamp now, const std::map<std::string, std::vector<std::string>>& ids);
    void spoil_rarely(const SeenRequest& request, std::string& body);
    void leave_out_some(const SeenRequest& request);

    static constexpr std::uint64_t kRareSeed = 0x77656174686572U;

    const WorldSettings& settings_;
    const WorldPlan& plan_;
    PortalModel& model_;
    Replica& replica_;
    Exposures& exposures_;
    Random& random_;
    Random rare_random_;  // random numbers of the rare faults
    Random sleep_random_;
    Spoiler spoiler_;
    std::function<void()> write_;
    std::map<Fault, Spell> spells_;
    std::map<Fault, std::size_t> hits_;
    std::optional<Fault> spoiling_;  // how the current response is corrupted
    std::size_t since_empty_ = 0;    // queries since the last emptied response
    Timestamp emptied_at_{};
    std::optional<LeftOut> left_out_;
    std::map<std::string, std::set<std::string>> holes_;  // for a spell, by entity
    bool by_filter_only_ = false;                         // filtered listings omit them, others do not
    std::set<std::string> hiding_;                        // entities of which the model omits records
    std::map<std::string, std::pair<std::string, std::uint64_t>>
        bad_;              // a record and its invalid bytes, by entity
    Duration date_off_{};  // for a spell
    bool date_missing_ = false;
    bool month_pending_ = false;  // the next response requests a wait of a month
    std::string quota_month_;     // whose quota the portal reports as used up
};

}  // namespace carecloud
