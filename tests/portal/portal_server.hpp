// The loopback portal on sockets: the portal's port and, optionally, a control port and SNS with its own HTTPS port.
// Always only on loopback.
//
//     auto server = PortalServer::open({.service = {.model = {.id_is_oid = true}}, .control = true});
//     if (!server) …
//     (*server)->start();                            // on a separate thread
//     (*server)->with_service([](PortalService& s) { s.model().put("note", R"({"_id":"a"})"); });
//     std::string url = (*server)->base_url();       // "http://127.0.0.1:40123/api"
//
// Everything runs on one thread: that of start(), or the caller's in run(). The methods may be called on any thread,
// except that only one of run() and start() may be called, and only once. The destructor stops the server.
#pragma once

#include "base/error.hpp"
#include "portal/event_publisher.hpp"
#include "portal/portal_counts.hpp"
#include "portal/portal_service.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace carecloud {

struct PortalTls {
    std::string certificate_file{};
    std::string key_file{};
};

// SNS beside the portal. Its port is HTTPS, with its own authority.
struct PortalSns {
    PublisherSettings publisher{};  // the server sets its clock and log
    std::uint16_t port = 0;
    std::string host{};                      // in URLs; empty: the address that the server listens on
    std::vector<std::string> endpoints{};    // subscribed at the start
    bool raw = false;                        // raw delivery to them
    std::vector<std::string> fault_texts{};  // "NAME:PROBABILITY"
};

struct PortalServerSettings {
    ServiceSettings service{};
    std::string address = "127.0.0.1";  // or another of 127.0.0.0/8, or ::1
    std::uint16_t port = 0;             // 0: chosen by the kernel
    bool control = false;
    std::uint16_t control_port = 0;
    std::optional<PortalTls> tls{};          // for the portal's port; the control port is plain
    std::chrono::milliseconds slow{60'000};  // how long the slow faults stay silent
    std::chrono::milliseconds latency{};     // from each request to its response
    std::size_t concurrent_max = 0;          // further concurrent requests get 429; 0: no limit
    bool stop_on_signals = false;            // whether SIGTERM and SIGINT end run()
    std::optional<PortalSns> sns{};
};

class PortalServer {
  public:
    // Binds and listens, so the ports are known. Errors: invalid_argument (an address beyond loopback; a topic,
    // endpoint or fault of SNS), unreachable (a port is in use), tls_failed (the certificate or key).
    static Result<std::unique_ptr<PortalServer>> open(PortalServerSettings settings);
    ~PortalServer();
    PortalServer(const PortalServer&) = delete;
    PortalServer& operator=(const PortalServer&) = delete;

    void start();
    void run();
    void stop();

    std::uint16_t port() const;
    std::uint16_t control_port() const;  // 0: none
    std::string base_url() const;
    std::string control_url() const;  // empty: none

    // Calls `use` on the server's thread and waits for it; or directly if the server does not run. Rethrows its
    // exceptions.
    void with_service(const std::function<void(PortalService&)>& use);
    PortalCounts counts();

    // "https://127.0.0.1:40443"; a subscriber's certificate_hosts is the part after the slashes. Empty if there is no
    // SNS; the functions below must not be called then.
    std::string sns_url() const;
    // The authority that subscribers must trust, in PEM.
    const std::string& sns_authority() const;
    std::shared_ptr<const PublisherIdentity> sns_identity() const;
    // See with_service().
    void with_publisher(const std::function<void(EventPublisher&)>& use);
    // Publishes, and waits until all deliveries have ended, including retries. Only after start(). Errors: the
    // publisher's; canceled if the server has stopped.
    Result<std::vector<DeliveryResult>> publish(const std::vector<PublishedEvent>& events,
                                                PublishOptions options = {});

  private:
    void on_thread(const std::function<void()>& use);
    struct Impl;
    explicit PortalServer(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace carecloud
