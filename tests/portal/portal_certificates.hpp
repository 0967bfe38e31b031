// X.509 for the loopback portal's own authorities, which are created for each run: no other program trusts them, and
// their keys are discarded after use.
//
//     const X509Key key(EVP_EC_gen("P-256"));
//     X509Certificate authority = issue_authority("an authority for tests", key.get());
//
// A null pointer or an empty text means that OpenSSL failed. Thread-safe for separate objects.
#pragma once

#include "base/error.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <openssl/evp.h>
#include <openssl/x509.h>

namespace carecloud {

template <auto Free>
struct OpensslFree {
    template <class T>
    void operator()(T* object) const {
        Free(object);
    }
};
using X509Key = std::unique_ptr<EVP_PKEY, OpensslFree<EVP_PKEY_free>>;
using X509Certificate = std::unique_ptr<X509, OpensslFree<X509_free>>;

// Issues a self-signed certificate of an authority.
X509Certificate issue_authority(const char* common_name, EVP_PKEY* key);

struct CertificateOrder {
    const char* common_name = "";
    std::vector<std::string> hosts{};  // names and addresses; not empty
    long valid_from_s = -3600;         // relative to now
    long valid_to_s = 7L * 86'400;
};
// Issues a server's certificate, signed by the authority.
X509Certificate issue_certificate(const CertificateOrder& order, EVP_PKEY* key, X509* authority,
                                  EVP_PKEY* authority_key);

std::string pem_of(X509* certificate);
std::string pem_of(EVP_PKEY* key);  // the private key, not encrypted

struct CertificateFiles {
    std::string ca_file;           // what a client must trust
    std::string certificate_file;  // the server's certificate, followed by the authority's
    std::string key_file;          // mode 0600
};

// Writes ca.pem, certificate.pem and key.pem to `directory` (created if missing), valid from an hour ago for a week,
// for these host names and addresses. Errors: store_failed (a file), tls_failed (OpenSSL).
Result<CertificateFiles> make_certificates(const std::filesystem::path& directory,
                                           const std::vector<std::string>& hosts);

}  // namespace carecloud
