// From the configuration's words to the rooms' settings. Decides nothing.
#pragma once

#include "runtime/configuration.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "sync/engine.hpp"

namespace carecloud {

EngineSettings engine_settings(const Configuration& configuration);
SqliteSettings store_settings(const Configuration& configuration);

}  // namespace carecloud
