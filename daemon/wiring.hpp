// From the configuration's words to the rooms' settings. Decides nothing.
#pragma once

#include "runtime/configuration.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "sync/engine.hpp"

namespace carecloud {

// `hold`: what the engine before knew of the portal's wish.
EngineSettings engine_settings(const Configuration& configuration, const std::optional<PortalHold>& hold);
SqliteSettings store_settings(const Configuration& configuration);

}  // namespace carecloud
