// The requests to SNS's own host: fetching a signing certificate, and confirming a subscription. A seam: tests respond
// in memory.
//
// I/O thread only.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "net/client/proxy.hpp"
#include "net/url.hpp"

#include <chrono>
#include <cstddef>
#include <string>

namespace carecloud {

class HttpsFetcher {
  public:
    HttpsFetcher() = default;
    HttpsFetcher(const HttpsFetcher&) = delete;
    HttpsFetcher& operator=(const HttpsFetcher&) = delete;
    virtual ~HttpsFetcher() = default;

    // GET without redirects; returns the body of a 2xx response. `operation` names the request in errors. Errors:
    // unreachable tls_failed timed_out too_large bad_response canceled; refused or server_failed for any other status.
    // No message contains the URL's query, which may hold a token.
    virtual Task<Result<std::string>> fetch(HttpUrl url, std::string operation) = 0;
};

struct HttpsFetcherSettings {
    std::string ca_file{};  // PEM, in addition to the system's roots; empty: only those
    ProxyEnvironment proxy{};
    std::chrono::milliseconds timeout{5'000};  // of a whole request; SNS waits 15 s for our response
    std::size_t response_bytes_max = 64 * 1024;
};

// Over the network. Each request opens a connection: requests are few, months apart.
class NetworkFetcher : public HttpsFetcher {
  public:
    explicit NetworkFetcher(HttpsFetcherSettings settings) : settings_(std::move(settings)) {}

    Task<Result<std::string>> fetch(HttpUrl url, std::string operation) override;

  private:
    HttpsFetcherSettings settings_;
};

}  // namespace carecloud
