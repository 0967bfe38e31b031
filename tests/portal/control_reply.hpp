// Responses of the control port, and functions shared by its calls.
//
// Pure, except for changes of the faults; used on the server's thread.
#pragma once

#include "portal/mongo_filter.hpp"
#include "portal/portal_faults.hpp"
#include "portal/portal_reply.hpp"

#include <string>

namespace carecloud {

// {"error":"…"}
PortalReply control_wrong(int status, std::string message);
PortalReply control_done(const Json& json);

// Sets a fault by {"name","probability"} or {"name","times"}.
PortalReply control_fault(PortalFaults& faults, const PortalCall& call);

}  // namespace carecloud
