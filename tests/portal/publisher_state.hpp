// What the control port shows and sets of the publisher, as JSON.
#pragma once

#include "portal/event_publisher.hpp"
#include "portal/mongo_filter.hpp"
#include "portal/portal_reply.hpp"

#include <optional>
#include <string>

namespace carecloud {

// Endpoints are shown without their credentials.
Json publisher_state_json(EventPublisher& publisher);
// NDJSON: each delivery that ended, the oldest first.
PortalReply deliveries_reply(const EventPublisher& publisher);
// The reason where the body is wrong; then nothing is changed.
std::optional<std::string> change_publisher_settings(EventPublisher& publisher, const Json& body);

}  // namespace carecloud
