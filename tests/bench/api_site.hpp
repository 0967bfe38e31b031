// The daemon with an API and a store filled by a first load, and nginx with one file to serve.
#pragma once

#include "bench/api_bench.hpp"
#include "bench/daemon_process.hpp"
#include "bench/dataset.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace carecloud::bench {

class ApiSite {
  public:
    // Returns when the first load has ended; the store is in `folder`. Throws std::runtime_error.
    ApiSite(const ApiOptions& options, const std::string& portal_url, const std::string& folder);

    std::uint16_t port() const { return port_; }
    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
    std::string store_path() const { return folder_ + "/store.db"; }
    std::string file(const std::string& name) const { return folder_ + "/" + name; }
    const DaemonProcess& daemon() const { return *daemon_; }

  private:
    std::string folder_;
    std::uint16_t port_;
    std::unique_ptr<DaemonProcess> daemon_;
};

// One process that serves `text` as /record.json.
class FileServer {
  public:
    // Throws std::runtime_error if it does not start.
    FileServer(const std::string& nginx, const std::string& text, const std::string& folder);

    std::uint16_t port() const { return port_; }
    const DaemonProcess& process() const { return *process_; }

  private:
    std::uint16_t port_;
    std::unique_ptr<DaemonProcess> process_;
};

}  // namespace carecloud::bench
