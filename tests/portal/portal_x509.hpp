// X.509 made on the spot for the loopback portal's own authorities: keys, certificates, PEM.
//
//     const X509Key key(EVP_EC_gen("P-256"));
//     X509Certificate authority = issue_authority("an authority for tests", key.get());
//
// A null pointer or an empty text means that OpenSSL refused. Safe on any thread, for objects of its own.
#pragma once

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

// A certificate that signs others, for itself.
X509Certificate issue_authority(const char* common_name, EVP_PKEY* key);

struct CertificateOrder {
    const char* common_name = "";
    std::vector<std::string> hosts{};  // names and addresses; not empty
    long valid_from_s = -3600;         // against now
    long valid_to_s = 7L * 86'400;
};
// A server's certificate, signed by the authority.
X509Certificate issue_certificate(const CertificateOrder& order, EVP_PKEY* key, X509* authority,
                                  EVP_PKEY* authority_key);

std::string pem_of(X509* certificate);
std::string pem_of(EVP_PKEY* key);  // the private one, not encrypted

}  // namespace carecloud
