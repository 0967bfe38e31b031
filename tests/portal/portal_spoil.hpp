// What each fault does to an answer. Pure.
#pragma once

#include "portal/portal_gzip.hpp"
#include "portal/portal_model.hpp"
#include "portal/portal_reply.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace carecloud {

// A fault that is an answer of its own, whatever the portal would have said: the statuses, html, deep-json,
// 33mib, is-success-false, empty-list. Nullopt for the others. `list`: the call asks for a list, not for one
// record.
std::optional<PortalModel::Answer> answer_of_fault(std::string_view fault, const PortalModel& model,
                                                   bool list);

// A fault that changes the text of a good answer: not-json, duplicate-key, duplicate-id, wrong-workspace, bom,
// object-data, overfull, and gzip-cut where there is no gzip.
std::string spoiled_text(std::string_view fault, std::string text, bool zipped);

// What one of the record faults puts into its record as another member; empty for the other faults.
std::string spoiled_member(std::string_view fault);
// Puts the member into the record `id`, where the text shows it whole. Where `id` is empty, a record in the middle of
// the text is chosen and named.
std::string with_spoiled_record(std::string text, const std::string& member, std::string& id);
// A list without the second half of its records (cut-list), or those after the tenth (cut-list-10); another answer
// stays as it is.
std::string cut_list(std::string_view fault, std::string text);
// Every record that is shown whole with one more field, whose value has `number` in it.
std::string with_signed_field(std::string text, std::uint64_t number);
// What the fault says instead of the right `Date`: empty where there is to be none. None: another fault.
std::optional<std::string> date_of_fault(std::string_view fault);

// How the wire is to treat the answer.
ReplyWire wire_of_fault(std::string_view fault);

}  // namespace carecloud
