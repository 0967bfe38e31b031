// What --check finds beside the configuration's own mistakes: settings that are valid and cannot work here.
#pragma once

#include "runtime/configuration.hpp"
#include "runtime/service_unit.hpp"

#include <optional>
#include <string>
#include <vector>

namespace carecloud {

struct Surroundings {
    std::vector<std::string> problems{};  // "portal.base_url: what is wrong; remedy"
    std::vector<std::string> warnings{};  // it will run, but not as the settings say
};

// The installed unit, if it is what runs the service with this file. None: people start it in another way, or with
// another file.
std::optional<ServiceUnit> unit_for(const std::string& file);

// Checks the environment, the store's folder and who listens where; for the file that the installed unit reads also
// what the unit allows. Connects to nobody, changes nothing.
Surroundings look_around(const Configuration& configuration, const std::string& file);

}  // namespace carecloud
