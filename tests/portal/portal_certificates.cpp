#include "portal/portal_certificates.hpp"

#include "portal/portal_x509.hpp"

#include <fcntl.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace carecloud {
namespace {

Error tls_error(const char* what) {
    return {ErrorCode::tls_failed, "make the portal's certificates", what, "OpenSSL refused it"};
}

Result<> write_file(const std::filesystem::path& path, const std::string& text) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    const bool written =
        file >= 0 && ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    const std::error_code failure(errno, std::system_category());
    if (file >= 0) ::close(file);
    if (written) return {};
    return Error{ErrorCode::store_failed, "write a certificate", path.string(), failure.message()};
}

}  // namespace

Result<CertificateFiles> make_certificates(const std::filesystem::path& directory,
                                           const std::vector<std::string>& hosts) {
    const X509Key authority_key(EVP_EC_gen("P-256"));
    const X509Key key(EVP_EC_gen("P-256"));
    if (!authority_key || !key) return tls_error("a key");
    const X509Certificate authority = issue_authority("carecloud-portal test authority", authority_key.get());
    if (!authority) return tls_error("the authority's certificate");
    const X509Certificate server = issue_certificate({.common_name = "carecloud-portal", .hosts = hosts},
                                                     key.get(), authority.get(), authority_key.get());
    if (!server) return tls_error("the server's certificate: are the host names right?");
    const std::string authority_text = pem_of(authority.get());
    const std::string server_text = pem_of(server.get());
    const std::string key_text = pem_of(key.get());
    if (authority_text.empty() || server_text.empty() || key_text.empty()) return tls_error("PEM");

    std::error_code failure;
    std::filesystem::create_directories(directory, failure);
    if (failure)
        return Error{ErrorCode::store_failed, "make a directory", directory.string(), failure.message()};
    const CertificateFiles files{(directory / "ca.pem").string(), (directory / "certificate.pem").string(),
                                 (directory / "key.pem").string()};
    for (const auto& [path, text] : {std::pair(files.ca_file, authority_text),
                                     std::pair(files.certificate_file, server_text + authority_text),
                                     std::pair(files.key_file, key_text)}) {
        const auto written = write_file(path, text);
        if (!written) return written.error();
    }
    return files;
}

}  // namespace carecloud
