// The responses of the publisher's HTTPS port: the signing certificate, ConfirmSubscription and Unsubscribe, in AWS's
// XML (AWS, "ConfirmSubscription", API version 2010-03-31).
//
// On the publisher's thread.
#pragma once

#include "portal/event_publisher.hpp"
#include "portal/portal_reply.hpp"

namespace carecloud {

PortalReply answer_publisher_call(EventPublisher& publisher, const PortalCall& call);

}  // namespace carecloud
