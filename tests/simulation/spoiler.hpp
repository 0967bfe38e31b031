// What becomes of a portal's answer on its way, where its weather spoils it.
#pragma once

#include "portal/portal_model.hpp"
#include "simulation/fault.hpp"
#include "simulation/world_settings.hpp"
#include "support/virtual/memory_portal.hpp"

#include <cstddef>
#include <map>
#include <string>

namespace carecloud {

class Spoiler {
  public:
    // All of these outlive it.
    Spoiler(PortalModel& model, const WorldPlan& plan, Random& random)
        : model_(model), plan_(plan), random_(random) {}

    // Remembers the answer, for the replicas that lag.
    void note(const SeenRequest& request, const std::string& body);
    // Spoils it as this kind of fault does; false: there was nothing to do.
    bool spoil(Fault fault, const SeenRequest& request, std::string& body);
    // Takes the record of that id out of a listing; false: it is not in it.
    static bool leave_out(const std::string& id, std::string& body);

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

    PortalModel& model_;
    const WorldPlan& plan_;
    Random& random_;
    std::map<std::string, Old> old_;  // by entity and question
};

}  // namespace carecloud
