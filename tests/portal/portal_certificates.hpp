// A certificate authority of the loopback portal's own, made anew for each run: nobody else trusts it, and
// its key is forgotten as soon as it has signed.
#pragma once

#include "base/error.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace carecloud {

struct CertificateFiles {
    std::string ca_file;           // what a client must trust
    std::string certificate_file;  // the server's, with the authority's behind it
    std::string key_file;          // 0600
};

// Writes ca.pem, certificate.pem and key.pem into `directory` (made if missing), valid from an hour ago for a
// week, for these host names and addresses. Errors: store_failed (a file), tls_failed (OpenSSL).
Result<CertificateFiles> make_certificates(const std::filesystem::path& directory,
                                           const std::vector<std::string>& hosts);

}  // namespace carecloud
