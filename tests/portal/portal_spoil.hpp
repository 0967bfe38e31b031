// The effect of each fault on a response. Pure.
#pragma once

#include "portal/portal_gzip.hpp"
#include "portal/portal_model.hpp"
#include "portal/portal_reply.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace carecloud {

// The response of a fault that replaces the portal's: the statuses, html, deep-json, 33mib, is-success-false,
// empty-list. std::nullopt for other faults. `list`: the call requests a list, not a record.
std::optional<PortalModel::Answer> answer_of_fault(std::string_view fault, const PortalModel& model,
                                                   bool list);

// Applies a fault that changes the text of a successful response: not-json, duplicate-key, duplicate-id,
// wrong-workspace, bom, object-data, overfull, and gzip-cut without gzip.
std::string spoiled_text(std::string_view fault, std::string text, bool zipped);

// The member that a record fault adds to its record; empty for other faults.
std::string spoiled_member(std::string_view fault);
// Adds the member to the record `id`, if the text contains it as a whole. If `id` is empty, a record in the middle of
// the text is chosen and stored in `id`.
std::string with_spoiled_record(std::string text, const std::string& member, std::string& id);
// Removes the second half of a list's records (cut-list), or those after the tenth (cut-list-10); other responses are
// unchanged.
std::string cut_list(std::string_view fault, std::string text);
// Adds a field to every record that is shown as a whole; its value contains `number`.
std::string with_signed_field(std::string text, std::uint64_t number);
// The fault's replacement for `Date`; empty: none is sent. std::nullopt for other faults.
std::optional<std::string> date_of_fault(std::string_view fault);

// How to send the response.
ReplyWire wire_of_fault(std::string_view fault);

}  // namespace carecloud
