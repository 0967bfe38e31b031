// The publisher's faults by name: what SNS, a network or a forger may do to a message. Faults of the content are
// applied here, in three steps, each of which ignores the others' faults; late, twice, out-of-order and lost are
// applied by the publisher.
//
// Pure; thread-safe.
#pragma once

#include "portal/portal_faults.hpp"
#include "portal/publisher_message.hpp"
#include "portal/publisher_wire.hpp"

#include <span>
#include <string>
#include <string_view>

namespace carecloud {

std::span<const FaultName> publisher_fault_names();

// Before signing: the signature is valid, but the message is unusual.
void spoil_message(std::string_view fault, PublishedFields& fields);
// After signing. `base_url`: of the publisher's HTTPS port.
void spoil_signed(std::string_view fault, PublishedFields& fields, const std::string& base_url);
// Changes the bytes and headers.
void spoil_post(std::string_view fault, HttpPost& post);

}  // namespace carecloud
