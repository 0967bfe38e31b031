// The portal as the configuration names it. Decides nothing.
#pragma once

#include "core/clock.hpp"
#include "core/error.hpp"
#include "portal/http/http_portal.hpp"
#include "runtime/configuration.hpp"

#include <functional>
#include <memory>

namespace carecloud {

// Reads the key's file. `on_notice`: see HttpPortalSettings. Errors: config_invalid, invalid_argument; they name the
// setting and the remedy.
Result<std::unique_ptr<HttpPortal>> make_portal(const Configuration& configuration, Clock& clock,
                                                std::function<void(const Error&)> on_notice = {});

}  // namespace carecloud
