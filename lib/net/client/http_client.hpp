// An HTTP/1.1 client for one origin. Keeps connections alive and uses each for one request at a time.
//
//     Result<std::unique_ptr<HttpClient>> client = HttpClient::create(executor, {.origin = url->origin});
//     Result<HttpResponse> response = co_await (*client)->request({.method = "GET", .target = "/status"});
//
// Intended for reads: a request on a kept connection that breaks before the first byte of the response is sent once
// more on a new connection. Does not follow redirects, and has no cache and no cookies.
//
// I/O thread only; any number of concurrent requests. The client must outlive its requests. Canceling the waiting
// coroutine closes the request's connection and returns ErrorCode::canceled.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "net/client/proxy.hpp"
#include "net/http_message.hpp"
#include "net/url.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

namespace carecloud {

struct HttpTimeouts {
    std::chrono::milliseconds connect{10'000};  // DNS, TCP, the proxy's tunnel, TLS
    std::chrono::milliseconds head{35'000};     // from sending the request to the end of the response's head
    std::chrono::milliseconds body{35'000};
    std::chrono::milliseconds total{35'000};  // the whole request, including a second attempt
};

struct HttpClientSettings {
    Origin origin{};
    std::string unix_path{};  // a socket to connect to instead of host and port; may be empty
    std::string ca_file{};    // PEM, in addition to the system's roots; may be empty
    HttpTimeouts timeouts{};
    std::size_t response_bytes_max = 32 * 1024 * 1024;  // on the wire, and inflated
    ProxyEnvironment proxy{};
    std::size_t idle_connections_max = 8;        // further ones are closed after use
    std::chrono::milliseconds idle_max{55'000};  // load balancers close at 60 s
};

class HttpClient {
  public:
    // Errors (invalid_argument): ca_file or the proxy's address cannot be used. Does not connect yet.
    static Result<std::unique_ptr<HttpClient>> create(const boost::asio::any_io_executor& executor,
                                                      HttpClientSettings settings);
    ~HttpClient();
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;

    // A response of any status is returned, with its body inflated. Errors: invalid_argument (see request_head),
    // unreachable, tls_failed, timed_out, too_large, bad_response, canceled. A body that cannot be inflated is an error
    // only if the status is 2xx; otherwise the body is returned empty, because the status is sufficient.
    Task<Result<HttpResponse>> request(HttpRequest request);

    // The number of connections opened so far, for metrics and tests.
    std::size_t connections_opened() const;

  private:
    struct State;
    explicit HttpClient(std::unique_ptr<State> state);

    std::unique_ptr<State> state_;
};

}  // namespace carecloud
