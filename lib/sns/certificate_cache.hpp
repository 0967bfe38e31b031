// SNS's signing certificates by URL. Each is fetched once for all messages that wait for it, and kept while valid, in
// memory and in the store, so a restart does not fetch again.
//
//     Result<CertificatePtr> certificate = co_await cache.get(url);
//
// Stored certificates are loaded on construction, with the same checks as a fresh fetch. A certificate in use is
// fetched again each day; if that fails, it stays in use until it expires. A fetch does not belong to a message:
// canceling a waiter does not stop it. A failure is returned to all current waiters and, for a short pause, to new
// ones, so a dead host is not hammered. For the order of fetches, see fetch_queue.hpp. I/O thread only.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "net/url.hpp"
#include "sns/certificate.hpp"
#include "sns/fetch_queue.hpp"
#include "sns/https_fetcher.hpp"
#include "store/certificates.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace carecloud {

struct CertificateCacheSettings {
    std::size_t certificates_max = 16;  // in memory and in the store; evicts the least recently used
    FetchLimits fetches{};
    Duration wait_max = std::chrono::seconds(12);  // for queueing and the response; SNS waits 15 s
    Duration refresh_after = std::chrono::hours(24);
    Duration refresh_pause = std::chrono::hours(1);  // after a failed refresh
    Duration pause_after_failure = std::chrono::seconds(1);
};

// Returns the acceptable names for the certificate at a URL, which must bear one of them. Errors: nothing may be
// fetched from that URL.
using CertificateNames = std::function<Result<std::vector<std::string>>(const std::string& url)>;

// Clock and store must outlive the cache; fetches in progress keep the fetcher alive.
struct CertificateCacheParts {
    Clock& clock;
    CertificateStore& store;
    std::shared_ptr<HttpsFetcher> fetcher;
    // Required issuers; empty: the trust rests on the TLS connection to the host.
    std::optional<TrustAnchors> anchors;
    CertificateNames names;
    std::function<void(const Error&)> report;  // errors that no message reports; must not throw
};

class CertificateCache {
  public:
    explicit CertificateCache(CertificateCacheParts parts, CertificateCacheSettings settings = {});
    // Cancels the fetches in progress. No coroutine may still be waiting in get().
    ~CertificateCache();
    CertificateCache(const CertificateCache&) = delete;
    CertificateCache& operator=(const CertificateCache&) = delete;

    // Returns a certificate that is valid now; may wait up to wait_max. Errors: the fetcher's; bad_response if the
    // response is not a usable certificate or was not issued for SNS; tls_failed if it is not valid now or not issued
    // by the anchors; timed_out; rate_limited if too many messages wait for unknown names. All of them are temporary:
    // none is the sender's fault. Throws operation_aborted when canceled.
    Task<Result<CertificatePtr>> get(HttpUrl url);

    std::size_t size() const;
    // Fetches started so far, for metrics and tests.
    std::size_t fetches() const;

  private:
    struct State;

    std::shared_ptr<State> state_;
};

}  // namespace carecloud
