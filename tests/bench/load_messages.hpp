// The portal of a run, which signs, and the messages that are sent, signed before anything is measured.
#pragma once

#include "portal/portal_server.hpp"
#include "portal/publisher_load.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace carecloud::bench {

// Holds some records of long ago and publishes, on a thread of this process. Throws std::runtime_error.
std::unique_ptr<PortalServer> start_publisher();

// What is sent over so many connections.
struct Level {
    std::size_t connections = 0;
    std::vector<LoadMessage> warm_up{};  // opens the connections
    std::vector<LoadMessage> measured{};
};

// For 1, 16 and 64 connections; `messages` for the last. Each MessageId is another. Held: about the versions of records
// that the stream has, so that a pass settles them; else of another workspace, in no stream.
std::vector<Level> sign_levels(const PortalServer& portal, std::size_t messages, bool held);

}  // namespace carecloud::bench
