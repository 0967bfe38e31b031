// SNS's signing certificate: one X.509 certificate with an RSA key, what is asked of it before a signature counts, and
// whom it must be issued by.
//
//     Result<SigningCertificate> certificate = SigningCertificate::parse(pem);
//     if (certificate->valid_at(clock.wall()) && certificate->bears_one_of(names)) …
//
// A certificate is immutable once made and safe on any thread.
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
    // The text is one PEM block of a certificate and nothing else. Errors (bad_response): anything else, such as an
    // XML error page, a second block, or a key that is not RSA of 2048 to 4096 bits.
    static Result<SigningCertificate> parse(std::string_view pem);

    bool valid_at(Timestamp at) const;
    // Among its subject alternative names, letter by letter: no wildcard stands for SNS's. An address is compared
    // with its addresses.
    bool bears_one_of(const std::vector<std::string>& names) const;

    X509* x509() const { return x509_.get(); }
    EVP_PKEY* key() const;
    // Of every signature that the key makes.
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

// Whether a message is SNS's: RSA PKCS#1 v1.5 over string_to_sign, with SHA-1 (version 1) or SHA-256 (version 2). It
// takes some 30 µs for RSA of 2048 bits, so the receiver does it on the I/O thread. Errors (invalid_argument): a
// signature of another length than the key's, refused before anything is computed, or one that is not over this message
// by this key.
Result<> verify_signature(const SnsMessage& message, const SigningCertificate& certificate);

// Whom a signing certificate must be issued by, where that is configured (sns.trust.ca_file): SNS serves its
// certificate alone, without the intermediate that leads to a root, so that by default the TLS of SNS's own host is
// what carries the trust.
//
//     Result<TrustAnchors> anchors = TrustAnchors::load("/etc/carecloud-syncd/amazon-rsa-2048-m01.pem");
//
// Used from one thread at a time.
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
