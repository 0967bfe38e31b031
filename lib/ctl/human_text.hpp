// Instants as people read them, beside the quantities of core.
//
// Pure; safe on any thread.
#pragma once

#include "base/quantity_text.hpp"
#include "base/timestamp.hpp"

#include <string>
#include <string_view>

namespace carecloud {

// "2026-11-27 03:00:00", in UTC; what is no instant comes back as it is, printable.
std::string instant_text(std::string_view iso);
// How long before `now` that was: "4 min ago"; empty where it is no instant.
std::string ago_text(std::string_view iso, Timestamp now);

}  // namespace carecloud
