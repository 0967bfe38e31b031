// One stream on the status page. Pure.
#pragma once

#include "api/ui/status_page.hpp"

#include <string>

namespace carecloud {

// "4 min ago"; "just now" within a second.
std::string ago_of(Timestamp at, Timestamp now);
// `state`: the worst of the stream's own reasons.
std::string stream_card(const StreamView& stream, ServiceState state, Timestamp now);

}  // namespace carecloud
