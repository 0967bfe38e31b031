// A portal in a process of its own that serves a Dataset over loopback and counts what it is asked.
//
//     CannedServer server(data);                 // forks; `data` is what the child has from then on
//     server.counts().gzip = true;               // from the next answer on
//     … http://127.0.0.1:PORT/api …
//
// Start it while the program has one thread. It dies with its parent.
#pragma once

#include "bench/dataset.hpp"

#include <atomic>
#include <cstdint>
#include <string>
#include <sys/types.h>

namespace carecloud::bench {

// In memory that both processes see.
struct ServerCounts {
    std::atomic<bool> gzip{false};
    std::atomic<std::uint64_t> visible{0};  // records that are shown
    std::atomic<std::uint64_t> requests{0};
    std::atomic<std::uint64_t> empty{0};      // answers without a record
    std::atomic<std::uint64_t> on_demand{0};  // that had to be rendered during the run
    std::atomic<std::uint64_t> refused{0};    // queries that were not understood
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

    // Waits until at least `answers` answers held no record. Throws std::runtime_error when it takes longer
    // than `seconds`.
    void wait_for_empty(std::uint64_t answers, int seconds);

  private:
    ServerCounts* counts_ = nullptr;
    std::uint16_t port_ = 0;
    int notice_fd_ = -1;  // a byte for each answer without a record
    pid_t child_ = -1;
};

}  // namespace carecloud::bench
