// An HTTP/1.1 client for one origin: keeps connections alive and lends each to one request at a time.
//
//     Result<std::unique_ptr<HttpClient>> client = HttpClient::create(executor, {.origin = url->origin});
//     Result<HttpResponse> response = co_await (*client)->request({.method = "GET", .target = "/status"});
//
// Made for reads: a request on a kept connection that dies before a byte of its answer is sent once more on a
// fresh one. Redirects are not followed, nothing is stored, no cookies.
//
// I/O thread only; any number of requests at once. The client must outlive its requests. Canceling the
// waiting coroutine closes the request's connection and yields ErrorCode::canceled.
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
    std::chrono::milliseconds connect{10'000};  // name, TCP, the proxy's tunnel, TLS
    std::chrono::milliseconds head{35'000};     // from sending the request to the end of the answer's head
    std::chrono::milliseconds body{35'000};
    std::chrono::milliseconds total{35'000};  // all of it, a second attempt included
};

struct HttpClientSettings {
    Origin origin{};
    std::string unix_path{};  // of a socket that leads there; empty: the origin's host and port do
    std::string ca_file{};    // PEM, beside the system's roots; empty: those alone
    HttpTimeouts timeouts{};
    std::size_t response_bytes_max = 32 * 1024 * 1024;  // on the wire, and inflated
    ProxyEnvironment proxy{};
    std::size_t idle_connections_max = 8;        // what comes back beyond these is closed
    std::chrono::milliseconds idle_max{55'000};  // load balancers close at 60 s
};

class HttpClient {
  public:
    // Errors (invalid_argument): ca_file or the proxy's address cannot be used. Connects to nobody yet.
    static Result<std::unique_ptr<HttpClient>> create(const boost::asio::any_io_executor& executor,
                                                      HttpClientSettings settings);
    ~HttpClient();
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;

    // Any answer of any status is a response, its body inflated. Errors: invalid_argument (see request_head),
    // unreachable, tls_failed, timed_out, too_large, bad_response, canceled.
    // A body that cannot be inflated fails a 2xx; with another status the body is left empty, for the status
    // says it.
    Task<Result<HttpResponse>> request(HttpRequest request);

    // Connections opened so far, for metrics and tests.
    std::size_t connections_opened() const;

  private:
    struct State;
    explicit HttpClient(std::unique_ptr<State> state);

    std::unique_ptr<State> state_;
};

}  // namespace carecloud
