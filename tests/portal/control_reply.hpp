// The control port's answers, and what its calls have in common.
//
// Pure but for the faults; used from the server's thread.
#pragma once

#include "portal/mongo_filter.hpp"
#include "portal/portal_faults.hpp"
#include "portal/portal_reply.hpp"

#include <string>

namespace carecloud {

// {"error":"…"}
PortalReply control_wrong(int status, std::string message);
PortalReply control_done(const Json& json);

// Sets one by {"name","probability"} or {"name","times"}.
PortalReply control_fault(PortalFaults& faults, const PortalCall& call);

}  // namespace carecloud
