// From the configuration's words to the rooms' settings. Decides nothing.
#pragma once

#include "core/clock.hpp"
#include "core/error.hpp"
#include "portal/http/http_portal.hpp"
#include "runtime/configuration.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "sync/engine.hpp"

#include <memory>

namespace carecloud {

EngineSettings engine_settings(const Configuration& configuration);
SqliteSettings store_settings(const Configuration& configuration);
// Reads the key's file. Errors: config_invalid, invalid_argument; they name the setting and the remedy.
Result<std::unique_ptr<HttpPortal>> make_portal(const Configuration& configuration, Clock& clock);

}  // namespace carecloud
