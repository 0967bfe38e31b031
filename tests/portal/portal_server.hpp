// The loopback portal on sockets: the portal's port and, where wanted, a control port. Loopback only, always.
//
//     auto server = PortalServer::open({.service = {.model = {.id_is_oid = true}}, .control = true});
//     if (!server) …
//     (*server)->start();                            // on a thread of its own
//     (*server)->with_service([](PortalService& s) { s.model().put("note", R"({"_id":"a"})"); });
//     std::string url = (*server)->base_url();       // "http://127.0.0.1:40123/api"
//
// Everything happens on one thread: that of start(), or the caller's in run(). The methods here may be called
// from any thread, but for run() and start(), of which one is called once. The destructor stops it.
#pragma once

#include "core/error.hpp"
#include "portal/portal_counts.hpp"
#include "portal/portal_service.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace carecloud {

struct PortalTls {
    std::string certificate_file{};
    std::string key_file{};
};

struct PortalServerSettings {
    ServiceSettings service{};
    std::string address = "127.0.0.1";  // or another of 127.0.0.0/8, or ::1
    std::uint16_t port = 0;             // 0: the kernel's choice
    bool control = false;
    std::uint16_t control_port = 0;
    std::optional<PortalTls> tls{};          // of the portal's port; the control port is plain
    std::chrono::milliseconds slow{60'000};  // how long the slow faults keep silent
    bool stop_on_signals = false;            // SIGTERM and SIGINT end run()
};

class PortalServer {
  public:
    // Binds and listens, so that the ports are known. Errors: invalid_argument (an address beyond loopback),
    // unreachable (the port is taken), tls_failed (the certificate or key).
    static Result<std::unique_ptr<PortalServer>> open(PortalServerSettings settings);
    ~PortalServer();
    PortalServer(const PortalServer&) = delete;
    PortalServer& operator=(const PortalServer&) = delete;

    void start();
    void run();
    void stop();

    std::uint16_t port() const;
    std::uint16_t control_port() const;  // 0: there is none
    std::string base_url() const;
    std::string control_url() const;  // empty: there is none

    // Runs on the server's thread and waits for it; in place where the server does not run. An exception of
    // it comes out here.
    void with_service(const std::function<void(PortalService&)>& use);
    PortalCounts counts();

  private:
    struct Impl;
    explicit PortalServer(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace carecloud
