// SNS's signing certificate (one X.509 certificate with an RSA key): the requirements it must meet before a signature
// counts, and the issuers that may be required.
//
//     Result<SigningCertificate> certificate = SigningCertificate::parse(pem);
//     if (certificate->valid_at(clock.wall()) && certificate->bears_one_of(names)) …
//
// A certificate is immutable and thread-safe.
#pragma once

#include "base/error.hpp"
#include "base/timestamp.hpp"
#include "sns/message.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <openssl/evp.h>
#include <openssl/x509.h>

namespace carecloud {

class SigningCertificate {
  public:
    // The text must be exactly one PEM block with a certificate. Errors (bad_response): anything else, such as an XML
    // error page, a second block, or a key that is not RSA with 2048 to 4096 bits.
    static Result<SigningCertificate> parse(std::string_view pem);

    bool valid_at(Timestamp at) const;
    // Whether one of the names is among the subject alternative names. The match is exact: a wildcard does not match
    // SNS's name. An IP address is compared with the certificate's IP addresses.
    bool bears_one_of(const std::vector<std::string>& names) const;

    X509* x509() const { return x509_.get(); }
    EVP_PKEY* key() const;
    // The size of every signature by this key.
    std::size_t signature_bytes() const;

  private:
    struct Free {
        void operator()(X509* certificate) const { X509_free(certificate); }
    };
    using X509Ptr = std::unique_ptr<X509, Free>;

    explicit SigningCertificate(X509Ptr x509) : x509_(std::move(x509)) {}

    X509Ptr x509_;
};

using CertificatePtr = std::shared_ptr<const SigningCertificate>;

// Verifies that a message is from SNS: RSA PKCS#1 v1.5 over string_to_sign, with SHA-1 (version 1) or SHA-256 (version
// 2). Takes some 30 µs with RSA of 2048 bits, so the receiver does it on the I/O thread. Errors (invalid_argument): the
// signature has another length than the key's signatures, which is checked before any computation, or it was not made
// over this message by this key.
Result<> verify_signature(const SnsMessage& message, const SigningCertificate& certificate);

// The issuers required of signing certificates, if configured (sns.trust.ca_file). SNS serves its certificate without
// the intermediate that leads to a root; so by default the trust rests on the TLS connection to SNS's own host.
//
//     Result<TrustAnchors> anchors = TrustAnchors::load("/etc/carecloud-syncd/amazon-rsa-2048-m01.pem");
//
// Not thread-safe.
class TrustAnchors {
  public:
    // Each certificate in the PEM file is a trust anchor, whether intermediate or root. Errors (invalid_argument): the
    // file cannot be read or contains no certificate.
    static Result<TrustAnchors> load(const std::string& ca_file);

    // Errors (tls_failed): the certificate has no valid chain to one of the anchors at that time.
    Result<> check(const SigningCertificate& certificate, Timestamp at) const;

  private:
    struct Free {
        void operator()(X509_STORE* store) const { X509_STORE_free(store); }
    };

    explicit TrustAnchors(std::unique_ptr<X509_STORE, Free> store) : store_(std::move(store)) {}

    std::unique_ptr<X509_STORE, Free> store_;
};

}  // namespace carecloud
