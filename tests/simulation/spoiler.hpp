// What becomes of a portal's answer on its way, where its weather spoils it.
#pragma once

#include "portal/portal_model.hpp"
#include "simulation/fault.hpp"
#include "simulation/world_settings.hpp"
#include "support/virtual/memory_portal.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

namespace carecloud {

class Spoiler {
  public:
    // All of these outlive it.
    Spoiler(PortalModel& model, const WorldPlan& plan, Random& random)
        : model_(model), plan_(plan), random_(random), rare_random_(plan.start.ticks + plan.records) {}

    // Remembers the answer, for the replicas that lag.
    void note(const SeenRequest& request, const std::string& body);
    // Spoils it as this kind of fault does; false: there was nothing to do.
    bool spoil(Fault fault, const SeenRequest& request, std::string& body);
    // The text of that record gets bytes that no JSON has; empty: of any record. The id, where it was done.
    std::string spoil_bytes(const std::string& id, std::string& body, std::uint64_t kind);
    // The field that differs in each answer.
    void renew_field(std::string& body);

  private:
    struct Old {
        Timestamp at;
        std::string body;
    };

    bool is_pascal() const { return model_.settings().pascal; }
    std::string refusal() const;
    bool break_it(std::string& body);
    bool contradict(std::string& body);
    bool make_foreign(std::string& body) const;
    bool unsort(const SeenRequest& request, std::string& body);
    bool take_old(const SeenRequest& request, std::string& body);
    bool say_total(std::string& body);
    bool cut(std::string& body);
    static bool wrap(std::string& body);

    PortalModel& model_;
    const WorldPlan& plan_;
    Random& random_;
    std::map<std::string, Old> old_;  // by entity and question
    Random rare_random_;              // dice of the rare faults
    std::size_t renewed_ = 0;
};

}  // namespace carecloud
