// One contender under load at one number of connections, round by round.
#pragma once

#include "bench/daemon_process.hpp"
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

struct LoadSeries {
    std::vector<double> rate{};  // acknowledged messages a second
    std::vector<double> p50_ms{};
    std::vector<double> p99_ms{};
    std::vector<double> server_us{};     // CPU a message, in the server
    std::vector<double> first_us{};      // of it in the server's first thread
    std::vector<double> client_us{};     // CPU a message, in this program
    std::vector<double> server_cores{};  // how much of a core the server's first thread had
    std::vector<double> client_cores{};

    // Sends one round. Throws std::runtime_error where a message is not acknowledged.
    void add_round(PublisherLoad& load, const DaemonProcess& server, const Level& level);
};

}  // namespace carecloud::bench
