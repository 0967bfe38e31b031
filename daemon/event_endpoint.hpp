// The SNS endpoint put together: the HTTPS server, the receiver behind it, and a reload of either. I/O thread alone.
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
    // All of these outlive it. `on_error`: what the server cannot blame on a client.
    EventEndpoint(boost::asio::io_context& io, const ReceiverPorts& ports,
                  std::function<void(const Error&)> on_error);
    ~EventEndpoint();
    EventEndpoint(const EventEndpoint&) = delete;
    EventEndpoint& operator=(const EventEndpoint&) = delete;

    // Serves what the configuration says from now on; without an `sns` section, nothing. Where the address stays as it
    // is, no connection is dropped. After an error all is as it was. Errors: invalid_argument, config_invalid.
    Result<> apply(const Configuration& configuration);

    // "127.0.0.1:8443" with the real port; empty: it does not listen.
    std::string address() const;

    // When the certificate in use, or one of its chain, ends. None: it has none, or does not listen.
    std::optional<Timestamp> certificate_end() const;

    // Refuses new requests, finishes those under way.
    Task<> stop();

  private:
    // What one configuration makes of it. Requests keep theirs alive.
    struct Service;

    Result<std::shared_ptr<Service>> prepare(const Configuration& configuration);
    Result<std::unique_ptr<HttpServer>> listen(const SnsSettings& settings,
                                               std::shared_ptr<boost::asio::ssl::context> tls);
    Task<ServerResponse> receive(const ServerRequest& request);
    void retire();

    boost::asio::io_context& io_;
    ReceiverPorts ports_;
    std::function<void(const Error&)> on_error_;
    std::shared_ptr<Service> service_;  // of new requests; null: not configured
    std::unique_ptr<HttpServer> server_;
    ListenAddress address_;  // of server_
    bool tls_ = false;       // likewise
};

// Whether the endpoint could serve this: its certificate, its key, its credentials. Opens no socket. Errors: as
// EventEndpoint::apply.
Result<> check_endpoint(const SnsSettings& settings);

}  // namespace carecloud
