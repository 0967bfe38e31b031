// The control port: changes data, faults and settings of a running loopback portal, and shows its content and activity.
// control_help() lists its calls. Responses are JSON; an invalid call gets 400 with {"error":"…"}.
//
// Used on the server's thread.
#pragma once

#include "base/timestamp.hpp"
#include "portal/portal_edit.hpp"
#include "portal/portal_reply.hpp"
#include "portal/portal_service.hpp"
#include "portal/publisher_control.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace carecloud {

std::string control_help();

class PortalControl {
  public:
    PortalControl(PortalService& service, std::function<void()> quit);

    // Enables the calls under /sns, and events about changes. `publisher` must outlive this object.
    void publish_with(EventPublisher& publisher) { sns_.emplace(publisher, service_.model()); }

    PortalReply handle(const PortalCall& call, Timestamp now);

  private:
    PortalReply handle_entity(const PortalCall& call, const PortalTarget& target, Timestamp now);
    PortalReply put(const std::string& entity, const PortalCall& call, Timestamp now);
    PortalReply edit(const PortalCall& call, Edit kind, Timestamp now);
    PortalReply hole(const PortalCall& call);
    PortalReply restore();
    PortalReply generate_records(const PortalCall& call, Timestamp now);
    // Publishes events about these records, and adds their number to `reply`.
    void announce(const std::string& entity, const std::vector<std::string>& raws, Json& reply,
                  Timestamp now);
    bool announces(bool silent) { return sns_ && sns_->announces(silent); }

    PortalService& service_;
    std::optional<PublisherControl> sns_;
    std::function<void()> quit_;
    std::uint64_t generated_ = 0;  // records made by /generate so far; further ones differ
};

}  // namespace carecloud
