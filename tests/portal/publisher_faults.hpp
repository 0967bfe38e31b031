// The publisher's faults by name: what SNS, a network or a forger may do to a message. Those of its content
// are done here, in three steps, each of which knows its own names and leaves a message alone otherwise; late,
// twice, out-of-order and lost are the publisher's.
//
// Pure; safe on any thread.
#pragma once

#include "portal/portal_faults.hpp"
#include "portal/publisher_message.hpp"
#include "portal/publisher_wire.hpp"

#include <span>
#include <string>
#include <string_view>

namespace carecloud {

std::span<const FaultName> publisher_fault_names();

// Before it is signed: the signature is good, and the message strange.
void spoil_message(std::string_view fault, PublishedFields& fields);
// After it is signed. `base_url`: of the publisher's HTTPS port.
void spoil_signed(std::string_view fault, PublishedFields& fields, const std::string& base_url);
// The bytes and headers.
void spoil_post(std::string_view fault, HttpPost& post);

}  // namespace carecloud
