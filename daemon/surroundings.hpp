// What --check verifies beyond the configuration itself: valid settings that cannot work on this machine.
#pragma once

#include "runtime/configuration.hpp"
#include "runtime/service_unit.hpp"

#include <optional>
#include <string>
#include <vector>

namespace carecloud {

struct Surroundings {
    std::vector<std::string> problems{};  // "portal.base_url: the cause; the remedy"
    std::vector<std::string> warnings{};  // the service will run, but not as configured
};

// The installed unit of PackagedService::own(), if it runs the service with this file. std::nullopt if the service is
// started in another way or with another file.
std::optional<ServiceUnit> unit_for(const std::string& file);

// Checks the environment, the store's folder and the addresses in use; for the file of the installed unit, also what
// the unit allows. Opens no connection and changes nothing.
Surroundings check_surroundings(const Configuration& configuration, const std::string& file);

}  // namespace carecloud
