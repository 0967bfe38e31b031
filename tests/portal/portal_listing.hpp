// What the control port shows and sets as JSON: counts, settings, and the documents, one per line.
#pragma once

#include "portal/portal_reply.hpp"
#include "portal/portal_service.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace carecloud {

Json counts_json(PortalService& service);
Json settings_json(PortalService& service);
// Returns the reason if the body is invalid; then nothing is changed.
std::optional<std::string> change_settings(PortalService& service, std::string_view body);

// NDJSON in chunks: the documents that are visible now, in the order of (modified, _id). A document that is erased
// before its line is sent is omitted. The model must outlive the reply.
PortalReply listing_reply(const PortalModel& model, const std::string& entity, bool keys_only);

}  // namespace carecloud
