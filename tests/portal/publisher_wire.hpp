// The connections to a subscriber's endpoint: sends a POST and returns the status; connections are reused. Basic
// credentials in the endpoint's URL are sent only if requested by a 401 with WWW-Authenticate.
//
//     auto endpoint = parse_endpoint("https://user:secret@127.0.0.1:8443/sns");
//     PublisherWire wire(executor, *endpoint, *endpoint_tls("ca.pem", true), 15s);
//     WireAnswer answer = co_await wire.post(post);
//
// Only for the thread that runs the executor; any number of concurrent posts. The wire must outlive them.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "net/client/connection.hpp"
#include "net/client/exchange.hpp"
#include "net/http_message.hpp"
#include "net/url.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ssl/context.hpp>

namespace carecloud {

struct PublisherEndpoint {
    Origin origin{};
    std::string target{};
    std::string authorization{};  // value of Authorization, "Basic …"; a secret; empty: no credentials
    std::string shown{};          // the URL without credentials
};
// Loopback only, over https or http, optionally with user:password@. Error: invalid_argument; it never contains the
// credentials.
Result<PublisherEndpoint> parse_endpoint(std::string_view url);

using EndpointTls = std::shared_ptr<boost::asio::ssl::context>;
// Verifies with the system's roots and those in `ca_file` (may be empty), or not at all. Error: invalid_argument.
Result<EndpointTls> endpoint_tls(const std::string& ca_file, bool verify);

struct HttpPost {
    std::vector<HttpHeader> headers{};
    std::string body{};
};

struct WireAnswer {
    int status = 0;       // 0: no response
    std::string error{};  // why there is none; names the peer, no secret
    std::chrono::nanoseconds latency{};
    bool challenged = false;  // credentials were requested and sent
};

class PublisherWire {
  public:
    PublisherWire(boost::asio::any_io_executor executor, PublisherEndpoint endpoint, EndpointTls tls,
                  std::chrono::milliseconds timeout);

    // Ends with a response or at the timeout. If a reused connection turns out to be closed before the first byte of
    // the response, it is replaced by a new one.
    Task<WireAnswer> post(const HttpPost& post);

    const PublisherEndpoint& endpoint() const { return endpoint_; }
    std::size_t connections_opened() const { return opened_; }

  private:
    Task<Result<Answer>> send(std::string_view request, SteadyTime deadline);
    Task<Result<Answer>> challenge(const HttpPost& post, SteadyTime deadline, bool& challenged);
    std::shared_ptr<HttpConnection> take_kept();

    boost::asio::any_io_executor executor_;
    PublisherEndpoint endpoint_;
    std::chrono::milliseconds timeout_;
    Route route_;
    std::vector<std::shared_ptr<HttpConnection>> kept_;  // the most recently used one is last
    std::size_t opened_ = 0;
};

}  // namespace carecloud
