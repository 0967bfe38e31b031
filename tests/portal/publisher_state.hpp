// The publisher's state and settings for the control port, as JSON.
#pragma once

#include "portal/event_publisher.hpp"
#include "portal/mongo_filter.hpp"
#include "portal/portal_reply.hpp"

#include <optional>
#include <string>

namespace carecloud {

// Endpoints are shown without credentials.
Json publisher_state_json(EventPublisher& publisher);
// NDJSON: the ended deliveries, oldest first.
PortalReply deliveries_reply(const EventPublisher& publisher);
// Returns the reason if the body is invalid; then nothing is changed.
std::optional<std::string> change_publisher_settings(EventPublisher& publisher, const Json& body);

}  // namespace carecloud
