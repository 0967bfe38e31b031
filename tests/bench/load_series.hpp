// One contender under load at one number of connections, round by round.
#pragma once

#include "bench/daemon_process.hpp"
#include "bench/load_messages.hpp"

#include <cstddef>
#include <vector>

namespace carecloud::bench {

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
