// The CertificateStore seam: stores the SNS signing certificates that passed validation, so a restart need not fetch
// them again. SQLite or PostgreSQL in the daemon (store/sqlite, store/postgres: the same database as the records), in
// memory in tests.
//
// A stored certificate is validated again, like a fetched one, before it is used. I/O thread only; a call suspends
// until it is durable (writes) or read. Errors of all calls: store_busy store_full store_failed store_corrupt; canceled
// once closed.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/timestamp.hpp"

#include <string>
#include <vector>

namespace carecloud {

struct KeptCertificate {
    std::string url{};  // as in SigningCertURL
    std::string pem{};
    Timestamp fetched_at{};  // to the millisecond
};

class CertificateStore {
  public:
    CertificateStore() = default;
    CertificateStore(const CertificateStore&) = delete;
    CertificateStore& operator=(const CertificateStore&) = delete;
    virtual ~CertificateStore() = default;

    // All certificates, the oldest fetch first. An unparsable time counts as the earliest.
    virtual Task<Result<std::vector<KeptCertificate>>> certificates() = 0;
    // Replaces the certificate with the same URL.
    virtual Task<Result<>> save_certificate(KeptCertificate certificate) = 0;
    // Succeeds if there is none with that URL.
    virtual Task<Result<>> remove_certificate(std::string url) = 0;
};

}  // namespace carecloud
