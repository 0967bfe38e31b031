// One contender under load, at one number of connections, round by round.
#pragma once

#include "bench/daemon_process.hpp"
#include "portal/portal_server.hpp"
#include "portal/publisher_load.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace carecloud::bench {

// A portal with some old records that publishes, on a thread of this process. Throws std::runtime_error.
std::unique_ptr<PortalServer> start_publisher();

// The messages for one number of connections.
struct Level {
    std::size_t connections = 0;
    std::vector<LoadMessage> warm_up{};  // opens the connections
    std::vector<LoadMessage> measured{};
};

// For 1, 16 and 64 connections; `messages` for the last. All MessageIds differ. `held`: about the stored versions of
// the stream's records, so a pass settles them; otherwise about another workspace, which is in no stream.
std::vector<Level> sign_levels(const PortalServer& portal, std::size_t messages, bool held);

struct LoadSeries {
    std::vector<double> rate{};  // acknowledged messages per second
    std::vector<double> p50_ms{};
    std::vector<double> p99_ms{};
    std::vector<double> server_us{};     // CPU per message, in the server
    std::vector<double> first_us{};      // CPU per message, in the server's first thread
    std::vector<double> client_us{};     // CPU per message, in this program
    std::vector<double> server_cores{};  // cores used by the server's first thread, at most 1
    std::vector<double> client_cores{};

    // Sends one round. Throws std::runtime_error if a message is not acknowledged.
    void add_round(PublisherLoad& load, const DaemonProcess& server, const Level& level);
};

}  // namespace carecloud::bench
