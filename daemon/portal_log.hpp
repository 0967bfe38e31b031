// What the portal's client reports, as lines of the log: notices at warn, each request at debug.
#pragma once

#include "portal_wiring.hpp"
#include "runtime/log.hpp"

namespace carecloud {

// `log` outlives the portal.
PortalCallbacks portal_log(Log& log);

}  // namespace carecloud
