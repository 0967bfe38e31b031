// Creates the portal of a configuration. Makes no decisions.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "portal/http/http_portal.hpp"
#include "runtime/configuration.hpp"

#include <functional>
#include <memory>

namespace carecloud {

// See HttpPortalSettings. `on_request` is called only if the log level is debug or below.
struct PortalCallbacks {
    std::function<void(const Error&)> on_notice{};
    std::function<void(const PortalExchange&)> on_request{};
    std::function<void(const PortalOutcome&)> on_outcome{};
};

// Reads the key file. Errors: config_invalid invalid_argument; they name the setting and the remedy.
Result<std::unique_ptr<HttpPortal>> make_portal(const Configuration& configuration, Clock& clock,
                                                PortalCallbacks callbacks = {});

}  // namespace carecloud
