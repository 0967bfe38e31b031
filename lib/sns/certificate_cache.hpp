// SNS's signing certificates by their address: fetched once for however many messages wait for one, kept while valid.
//
//     Result<CertificatePtr> certificate = co_await cache.get(url);
//
// A fetch belongs to nobody's message: a waiter that is cancelled leaves it to the others, and one address that never
// answers holds up no message with another. A failure goes to all who wait and, for a short pause, to those who come
// next, so that a dead host is not hammered; it is never kept longer. I/O thread alone.
#pragma once

#include "core/clock.hpp"
#include "core/error.hpp"
#include "net/url.hpp"
#include "sns/certificate.hpp"
#include "sns/https_fetcher.hpp"
#include "sns/trust_anchors.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>

namespace carecloud {

using CertificatePtr = std::shared_ptr<const SigningCertificate>;

struct CertificateCacheSettings {
    std::size_t certificates_max = 16;  // those used longest ago go first
    std::size_t fetches_max = 4;        // at once
    std::size_t waiters_max = 1024;     // in all
    Duration pause_after_failure = std::chrono::seconds(1);
};

class CertificateCache {
  public:
    // `clock` must outlive the cache; the fetcher is kept alive by fetches under way. `anchors`: whom a certificate
    // must be issued by, too; none: the TLS of its host carries the trust.
    CertificateCache(Clock& clock, std::shared_ptr<HttpsFetcher> fetcher, std::optional<TrustAnchors> anchors,
                     CertificateCacheSettings settings = {});
    // Cancels what is being fetched. Nobody may wait in get() any more.
    ~CertificateCache();
    CertificateCache(const CertificateCache&) = delete;
    CertificateCache& operator=(const CertificateCache&) = delete;

    // A certificate that is valid now. Errors: the fetcher's; bad_response where the answer is no usable certificate,
    // tls_failed where it is not valid now or not issued by the anchors; rate_limited where too many fetches or
    // waiters are under way. All of them may pass: none is the sender's fault. Throws operation_aborted when cancelled.
    Task<Result<CertificatePtr>> get(HttpUrl url);

    std::size_t size() const;
    // Fetches begun so far, for metrics and tests.
    std::size_t fetches() const;

  private:
    struct State;
    struct Flight;

    static Task<> fetch(std::shared_ptr<State> state, std::shared_ptr<Flight> flight);
    void start(const std::shared_ptr<Flight>& flight);
    Task<Result<CertificatePtr>> wait_for(std::shared_ptr<Flight> flight);

    std::shared_ptr<State> state_;
};

}  // namespace carecloud
