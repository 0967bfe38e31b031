// The CertificateStore seam: where SNS's signing certificates are kept that were once found good, so that a restart
// needs no fetch. SQLite in the daemon (store/sqlite, the same database as the records), in memory in tests.
//
// What is read is a proposal: it is checked like a fresh fetch before it counts. Called from the I/O thread alone; a
// call suspends until it is durable (writes) or read. Errors of all: store_busy store_full store_failed store_corrupt,
// canceled once closed.
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

    // All of them, the one fetched longest ago first. A time that cannot be read is the earliest one.
    virtual Task<Result<std::vector<KeptCertificate>>> certificates() = 0;
    // Replaces the one of the same address.
    virtual Task<Result<>> save_certificate(KeptCertificate certificate) = 0;
    // One that is not there is removed already.
    virtual Task<Result<>> remove_certificate(std::string url) = 0;
};

}  // namespace carecloud
