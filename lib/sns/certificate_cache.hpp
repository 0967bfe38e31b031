// SNS's signing certificates by their address: fetched once for however many messages wait for one, and kept while
// valid, in memory and in the store, so that a restart is warm.
//
//     Result<CertificatePtr> certificate = co_await cache.get(url);
//
// What the store kept is read when the cache is made, and checked exactly as a fresh fetch is. One that is in use is
// fetched again each day; if that fails, it stays in use until its own end. A fetch belongs to no message: a waiter
// that is canceled does not stop it. A failure goes to all who wait and, for a short pause, to those who come next, so
// that a dead host is not hammered; it is never kept longer. Which one is fetched when: see fetch_queue.hpp. I/O thread
// alone.
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
    std::size_t certificates_max = 16;  // in memory and in the store; those used longest ago go first
    FetchLimits fetches{};
    Duration wait_max = std::chrono::seconds(12);  // for turn and answer: SNS itself waits 15 s
    Duration refresh_after = std::chrono::hours(24);
    Duration refresh_pause = std::chrono::hours(1);  // after a refresh that failed
    Duration pause_after_failure = std::chrono::seconds(1);
};

// The names one of which the certificate at that address must bear. Errors: nothing may be fetched there.
using CertificateNames = std::function<Result<std::vector<std::string>>(const std::string& url)>;

// Clock and store must outlive the cache; the fetcher is kept alive by fetches under way.
struct CertificateCacheParts {
    Clock& clock;
    CertificateStore& store;
    std::shared_ptr<HttpsFetcher> fetcher;
    // By whom one must be issued, too; none: its host's TLS carries the trust.
    std::optional<TrustAnchors> anchors;
    CertificateNames names;
    std::function<void(const Error&)> report;  // what fails beside a message; must not throw
};

class CertificateCache {
  public:
    explicit CertificateCache(CertificateCacheParts parts, CertificateCacheSettings settings = {});
    // Cancels what is being fetched. Nobody may wait in get() any more.
    ~CertificateCache();
    CertificateCache(const CertificateCache&) = delete;
    CertificateCache& operator=(const CertificateCache&) = delete;

    // A certificate that is valid now; it may wait, up to wait_max. Errors: the fetcher's; bad_response if the answer
    // is no usable certificate, or none of SNS; tls_failed if it is not valid now or not issued by the anchors;
    // timed_out; rate_limited if too many messages wait for names that were never found good. All of them may pass:
    // none is the sender's fault. Throws operation_aborted when canceled.
    Task<Result<CertificatePtr>> get(HttpUrl url);

    std::size_t size() const;
    // Fetches begun so far, for metrics and tests.
    std::size_t fetches() const;

  private:
    struct State;

    std::shared_ptr<State> state_;
};

}  // namespace carecloud
