// Whom a signing certificate must be issued by, where that is configured (sns.trust.ca_file): SNS serves its
// certificate alone, without the intermediate that leads to a root, so that by default the TLS of SNS's own host is
// what carries the trust.
//
//     Result<TrustAnchors> anchors = TrustAnchors::load("/etc/carecloud-syncd/amazon-rsa-2048-m01.pem");
//
// Used from one thread at a time.
#pragma once

#include "base/error.hpp"
#include "base/timestamp.hpp"
#include "sns/certificate.hpp"

#include <memory>
#include <string>

#include <openssl/x509.h>

namespace carecloud {

class TrustAnchors {
  public:
    // Every certificate of the PEM file is trusted by itself, intermediate or root. Errors (invalid_argument): a file
    // that cannot be read or holds none.
    static Result<TrustAnchors> load(const std::string& ca_file);

    // Errors (tls_failed): no chain leads from the certificate to one of the file's at that time.
    Result<> check(const SigningCertificate& certificate, Timestamp at) const;

  private:
    struct Free {
        void operator()(X509_STORE* store) const { X509_STORE_free(store); }
    };

    explicit TrustAnchors(std::unique_ptr<X509_STORE, Free> store) : store_(std::move(store)) {}

    std::unique_ptr<X509_STORE, Free> store_;
};

}  // namespace carecloud
