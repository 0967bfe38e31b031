// A portal in a separate process that serves a Dataset over loopback and counts the requests.
//
//     CannedServer server(data);                 // forks; the child keeps `data` as it is now
//     server.counts().gzip = true;               // from the next response on
//     … http://127.0.0.1:PORT/api …
//
// Start it while the program has only one thread. It dies with its parent.
#pragma once

#include "bench/dataset.hpp"

#include <atomic>
#include <cstdint>
#include <string>
#include <sys/types.h>

namespace carecloud::bench {

// In memory shared by both processes.
struct ServerCounts {
    std::atomic<bool> gzip{false};
    std::atomic<std::uint64_t> visible{0};  // records that the portal shows
    std::atomic<std::uint64_t> requests{0};
    std::atomic<std::uint64_t> empty{0};      // responses without a record
    std::atomic<std::uint64_t> on_demand{0};  // responses that had to be rendered during the run
    std::atomic<std::uint64_t> refused{0};    // unknown queries
};

class CannedServer {
  public:
    // Throws std::system_error.
    explicit CannedServer(const Dataset& data);
    ~CannedServer();
    CannedServer(const CannedServer&) = delete;
    CannedServer& operator=(const CannedServer&) = delete;

    ServerCounts& counts() { return *counts_; }
    std::uint16_t port() const { return port_; }
    std::string base_url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/api"; }

    // Waits until at least `answers` responses had no record. Throws std::runtime_error after `seconds`.
    void wait_for_empty(std::uint64_t answers, int seconds);

  private:
    ServerCounts* counts_ = nullptr;
    std::uint16_t port_ = 0;
    int notice_fd_ = -1;  // receives a byte for each response without a record
    pid_t child_ = -1;
};

}  // namespace carecloud::bench
