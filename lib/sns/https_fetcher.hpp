// The little that is asked of SNS's own host: a signing certificate, and the confirmation of a subscription. A seam,
// so that tests answer in memory.
//
// I/O thread alone.
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

    // GET, no redirects: the body of a 2xx answer. `operation` is how errors call it. Errors: unreachable tls_failed
    // timed_out too_large bad_response canceled, and refused or server_failed for any other status. No message
    // repeats the address's query, which may hold a token.
    virtual Task<Result<std::string>> fetch(HttpUrl url, std::string operation) = 0;
};

struct HttpsFetcherSettings {
    std::string ca_file{};  // PEM, beside the system's roots; empty: those alone
    ProxyEnvironment proxy{};
    std::chrono::milliseconds timeout{5'000};  // all of a request; SNS itself waits 15 s for our answer
    std::size_t response_bytes_max = 64 * 1024;
};

// Over the network. A connection for each request: there are few, months apart.
class NetworkFetcher : public HttpsFetcher {
  public:
    explicit NetworkFetcher(HttpsFetcherSettings settings) : settings_(std::move(settings)) {}

    Task<Result<std::string>> fetch(HttpUrl url, std::string operation) override;

  private:
    HttpsFetcherSettings settings_;
};

}  // namespace carecloud
