// The control port: changes data, faults and settings of a running loopback portal, and shows what it holds
// and saw. Its calls are listed in control_help(). Answers are JSON; a wrong call is 400 with {"error":"…"}.
//
// Used from the server's thread.
#pragma once

#include "core/timestamp.hpp"
#include "portal/portal_reply.hpp"
#include "portal/portal_service.hpp"

#include <functional>
#include <string>

namespace carecloud {

std::string control_help();

class PortalControl {
  public:
    PortalControl(PortalService& service, std::function<void()> quit);

    PortalReply handle(const PortalCall& call, Timestamp now);

  private:
    PortalService& service_;
    std::function<void()> quit_;
    std::uint64_t generated_ = 0;  // records made by /generate so far: the next ones are others
};

}  // namespace carecloud
