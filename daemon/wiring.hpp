// From the configuration's words to the rooms' settings. Decides nothing.
#pragma once

#include "runtime/configuration.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "sync/engine.hpp"

#include <string>
#include <vector>

namespace carecloud {

// `hold`: what the engine before knew of the portal's wish.
EngineSettings engine_settings(const Configuration& configuration, const std::optional<PortalHold>& hold);
SqliteSettings store_settings(const Configuration& configuration);
// Why a service that runs with `now` cannot take what was loaded instead: a problem a line. Empty: it can.
std::string why_no_reload(const LoadedConfiguration& loaded, const Configuration& now);
// Where it may be noted that there is a store (SqliteSettings::marker): the first one is this process's, the others
// are those of one that runs with or without systemd's state folder.
std::vector<std::string> store_markers(const Configuration& configuration,
                                       const EnvironmentLookup& environment);

}  // namespace carecloud
