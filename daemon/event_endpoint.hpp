// The SNS endpoint: the HTTPS server, the receiver behind it, and the reload of both. I/O thread only.
#pragma once

#include "base/error.hpp"
#include "net/server/http_server.hpp"
#include "runtime/configuration.hpp"
#include "sns/receiver.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/io_context.hpp>

namespace carecloud {

class EventEndpoint {
  public:
    // All must outlive it. `on_error`: errors that are not a client's fault.
    EventEndpoint(boost::asio::io_context& io, const ReceiverPorts& ports,
                  std::function<void(const Error&)> on_error);
    ~EventEndpoint();
    EventEndpoint(const EventEndpoint&) = delete;
    EventEndpoint& operator=(const EventEndpoint&) = delete;

    // Serves this configuration from now on; without an `sns` section, nothing. If the address is unchanged, no
    // connection is dropped. After an error nothing has changed. Errors: invalid_argument config_invalid server_failed.
    Result<> apply(const Configuration& configuration);

    // "127.0.0.1:8443" with the actual port; empty if it does not listen.
    std::string address() const;

    // When the certificate in use, or one of its chain, expires. std::nullopt if there is none, or it does not listen.
    std::optional<Timestamp> certificate_end() const;

    // Refuses new requests and finishes pending ones.
    Task<> stop();

  private:
    // The objects of one configuration. A request keeps its own alive.
    struct Service;

    Result<std::shared_ptr<Service>> prepare(const Configuration& configuration);
    Result<std::unique_ptr<HttpServer>> listen(const SnsSettings& settings,
                                               std::shared_ptr<boost::asio::ssl::context> tls);
    Task<ServerResponse> receive(const ServerRequest& request);
    void retire();

    boost::asio::io_context& io_;
    ReceiverPorts ports_;
    std::function<void(const Error&)> on_error_;
    std::shared_ptr<Service> service_;  // for new requests; null if not configured
    std::unique_ptr<HttpServer> server_;
    ListenAddress address_;  // of server_
    bool tls_ = false;       // whether server_ uses TLS
};

// Whether the endpoint can use these settings: certificate, key, credentials. Opens no socket. Errors: as
// EventEndpoint::apply.
Result<> check_endpoint(const SnsSettings& settings);

}  // namespace carecloud
