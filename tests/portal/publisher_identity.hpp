// The identity of the loopback portal's SNS: an authority created for each run, the certificate for signing messages,
// and that of its HTTPS port. Also every wrong certificate that a message may name.
//
//     auto identity = PublisherIdentity::make({"127.0.0.1", "localhost"});
//     std::string signature = (*identity)->sign(text, 1);
//
// Immutable; thread-safe.
#pragma once

#include "base/error.hpp"
#include "portal/portal_certificates.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

// The response of a path of the publisher's HTTPS port.
struct CertificateAnswer {
    int status = 200;
    std::string body{};
    bool silent = false;  // it never responds
};

class PublisherIdentity {
  public:
    // `hosts`: the names by which clients address the HTTPS port. RSA with 2048 bits takes some tenths of a second.
    // Error: tls_failed.
    static Result<std::shared_ptr<const PublisherIdentity>> make(const std::vector<std::string>& hosts);

    // The signature in base64: RSA PKCS#1 v1.5 over SHA-1 for version 1, SHA-256 for version 2 (AWS, "Verifying the
    // signatures of Amazon SNS messages").
    std::string sign(std::string_view text, int version) const;

    // What a subscriber must trust (`sns.trust.ca_file`).
    const std::string& authority_pem() const { return authority_pem_; }
    // The signing certificate: RSA 2048, one PEM block, for sns.amazonaws.com and the hosts.
    const std::string& certificate_pem() const { return certificate_pem_; }
    const std::string& tls_certificate_pem() const { return tls_certificate_pem_; }
    const std::string& tls_key_pem() const { return tls_key_pem_; }

    // "/SimpleNotificationService-<32 letters and digits>.pem". `fault_code`: a fingerprint, or the name of a fault
    // that begins with "cert-", for the path of its wrong certificate.
    static std::string certificate_path(std::string_view fault_code);
    std::string certificate_path() const { return certificate_path(fingerprint_); }
    // nullptr if the path does not exist.
    const CertificateAnswer* certificate_at(std::string_view path) const;

  private:
    PublisherIdentity() = default;
    bool issue(X509* authority, EVP_PKEY* authority_key, const std::vector<std::string>& hosts);
    bool issue_wrong_ones(X509* authority, EVP_PKEY* authority_key, const std::vector<std::string>& hosts);
    void put(std::string_view fault, CertificateAnswer answer);

    X509Key key_;
    std::string fingerprint_;  // 32 hex digits, of the signing certificate
    std::string authority_pem_;
    std::string certificate_pem_;
    std::string tls_certificate_pem_;
    std::string tls_key_pem_;
    std::map<std::string, CertificateAnswer, std::less<>> answers_;
};

// Standard base64 with padding.
std::string base64_of(std::string_view bytes);

}  // namespace carecloud
