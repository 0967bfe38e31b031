// Corruption of a portal's response in transit.
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

// Whether the records of a response are sorted by (modified, _id).
bool is_in_order(const std::string& body);

class Spoiler {
  public:
    // All of these must outlive it.
    Spoiler(PortalModel& model, const WorldPlan& plan, Random& random)
        : model_(model), plan_(plan), random_(random), rare_random_(plan.start.ticks + plan.records) {}

    // Records the response, for the lagging replicas.
    void note(const SeenRequest& request, const std::string& body);
    // Corrupts it with this kind of fault; false: nothing to do.
    bool spoil(Fault fault, const SeenRequest& request, std::string& body);
    // Inserts invalid bytes into the text of that record; empty: of any record. Returns the id, if it was done.
    std::string spoil_bytes(const std::string& id, std::string& body, std::uint64_t kind);
    // The field that differs in each response.
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
    std::map<std::string, Old> old_;  // by entity and query
    Random rare_random_;              // random numbers of the rare faults
    std::size_t renewed_ = 0;
};

}  // namespace carecloud
