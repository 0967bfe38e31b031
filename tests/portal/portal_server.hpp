// The loopback portal on sockets: the portal's port and, where wanted, a control port and SNS with its own
// HTTPS port. Loopback only, always.
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

// SNS beside the portal. Its port is HTTPS, with an authority of its own.
struct PortalSns {
    PublisherSettings publisher{};  // its clock and log are the server's
    std::uint16_t port = 0;
    std::string host{};                      // as URLs name it; empty: the address that the server listens on
    std::vector<std::string> endpoints{};    // subscribed at the start
    bool raw = false;                        // their deliveries
    std::vector<std::string> fault_texts{};  // "NAME:PROBABILITY"
};

struct PortalServerSettings {
    ServiceSettings service{};
    std::string address = "127.0.0.1";  // or another of 127.0.0.0/8, or ::1
    std::uint16_t port = 0;             // 0: the kernel's choice
    bool control = false;
    std::uint16_t control_port = 0;
    std::optional<PortalTls> tls{};          // of the portal's port; the control port is plain
    std::chrono::milliseconds slow{60'000};  // how long the slow faults keep silent
    std::chrono::milliseconds latency{};     // from each request to its response
    std::size_t concurrent_max = 0;          // further concurrent requests get 429; 0: no limit
    bool stop_on_signals = false;            // SIGTERM and SIGINT end run()
    std::optional<PortalSns> sns{};
};

class PortalServer {
  public:
    // Binds and listens, so that the ports are known. Errors: invalid_argument (an address beyond loopback,
    // a topic, endpoint or fault of SNS), unreachable (a port is taken), tls_failed (the certificate or key).
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

    // "https://127.0.0.1:40443": certificate_hosts of a subscriber is what follows the slashes. Empty: there
    // is no SNS, and then none of the others below must be called.
    std::string sns_url() const;
    // Whom to trust, in PEM.
    const std::string& sns_authority() const;
    std::shared_ptr<const PublisherIdentity> sns_identity() const;
    // As with_service().
    void with_publisher(const std::function<void(EventPublisher&)>& use);
    // Publishes and waits until every delivery has ended, retries included. Only after start(). Errors: as
    // the publisher's; canceled where the server stopped.
    Result<std::vector<DeliveryResult>> publish(const std::vector<PublishedEvent>& events,
                                                PublishOptions options = {});

  private:
    void on_thread(const std::function<void()>& use);
    struct Impl;
    explicit PortalServer(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace carecloud
