// Who the loopback portal's SNS is: an authority made anew for each run, the certificate that messages are
// signed under, and the one that its own HTTPS shows. Also every wrong certificate that a message may name.
//
//     auto identity = PublisherIdentity::make({"127.0.0.1", "localhost"});
//     std::string signature = (*identity)->sign(text, 1);
//
// Immutable once made; safe on any thread.
#pragma once

#include "base/error.hpp"
#include "portal/portal_certificates.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

// What a path of the publisher's HTTPS port answers.
struct CertificateAnswer {
    int status = 200;
    std::string body{};
    bool silent = false;  // it never answers
};

class PublisherIdentity {
  public:
    // `hosts`: what the HTTPS port is called by its clients. RSA of 2048 bits takes some tenths of a second.
    // Error: tls_failed.
    static Result<std::shared_ptr<const PublisherIdentity>> make(const std::vector<std::string>& hosts);

    // The base64 of the signature: RSA PKCS#1 v1.5 over SHA-1 for version 1, SHA-256 for 2 (sns-facts).
    std::string sign(std::string_view text, int version) const;

    // What a subscriber must trust (`sns.trust.ca_file`).
    const std::string& authority_pem() const { return authority_pem_; }
    // The one that messages are signed under: RSA 2048, one PEM block, for sns.amazonaws.com and the hosts.
    const std::string& certificate_pem() const { return certificate_pem_; }
    const std::string& tls_certificate_pem() const { return tls_certificate_pem_; }
    const std::string& tls_key_pem() const { return tls_key_pem_; }

    // "/SimpleNotificationService-<32 letters and digits>.pem". `fault`: empty, or the name of one that
    // begins with "cert-": where its wrong certificate is.
    static std::string certificate_path(std::string_view fault_code);
    std::string certificate_path() const { return certificate_path(fingerprint_); }
    // Null: there is nothing at that path.
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
