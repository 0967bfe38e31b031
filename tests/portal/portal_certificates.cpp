#include "portal/portal_certificates.hpp"

#include <cctype>
#include <cstdint>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

namespace carecloud {
namespace {

using Extension = std::unique_ptr<X509_EXTENSION, OpensslFree<X509_EXTENSION_free>>;
using Memory = std::unique_ptr<BIO, OpensslFree<BIO_free>>;

bool add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
    return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

// "DNS:localhost,IP:127.0.0.1"
std::string alternative_names(const std::vector<std::string>& hosts) {
    std::string names;
    for (const std::string& host : hosts) {
        const bool address =
            host.find(':') != std::string::npos || std::isdigit(static_cast<unsigned char>(host.back())) != 0;
        names.append(names.empty() ? "" : ",").append(address ? "IP:" : "DNS:").append(host);
    }
    return names;
}

// With name, serial number, validity and public key, but not yet signed. nullptr if OpenSSL failed.
X509Certificate blank(EVP_PKEY* key, const CertificateOrder& order) {
    X509Certificate certificate(X509_new());
    std::uint64_t serial = 0;
    if (!certificate || RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) != 1)
        return nullptr;
    X509_NAME* name = X509_get_subject_name(certificate.get());
    const auto* text = reinterpret_cast<const unsigned char*>(order.common_name);
    const bool good =
        X509_set_version(certificate.get(), 2) == 1 &&
        ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate.get()), serial >> 1) == 1 &&
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, text, -1, -1, 0) == 1 &&
        X509_gmtime_adj(X509_getm_notBefore(certificate.get()), order.valid_from_s) != nullptr &&
        X509_gmtime_adj(X509_getm_notAfter(certificate.get()), order.valid_to_s) != nullptr &&
        X509_set_pubkey(certificate.get(), key) == 1;
    return good ? std::move(certificate) : nullptr;
}

template <class Write>
std::string pem(Write write) {
    const Memory memory(BIO_new(BIO_s_mem()));
    if (!memory || write(memory.get()) != 1) return {};
    char* text = nullptr;
    const long size = BIO_get_mem_data(memory.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

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

X509Certificate issue_authority(const char* common_name, EVP_PKEY* key) {
    X509Certificate authority = blank(key, {.common_name = common_name});
    if (!authority) return nullptr;
    X509* self = authority.get();
    const bool good = X509_set_issuer_name(self, X509_get_subject_name(self)) == 1 &&
                      add_extension(self, self, NID_basic_constraints, "critical,CA:TRUE") &&
                      add_extension(self, self, NID_key_usage, "critical,keyCertSign,cRLSign") &&
                      add_extension(self, self, NID_subject_key_identifier, "hash") &&
                      X509_sign(self, key, EVP_sha256()) != 0;
    return good ? std::move(authority) : nullptr;
}

X509Certificate issue_certificate(const CertificateOrder& order, EVP_PKEY* key, X509* authority,
                                  EVP_PKEY* authority_key) {
    X509Certificate server = blank(key, order);
    if (!server) return nullptr;
    X509* own = server.get();
    const bool good = X509_set_issuer_name(own, X509_get_subject_name(authority)) == 1 &&
                      add_extension(own, authority, NID_basic_constraints, "critical,CA:FALSE") &&
                      add_extension(own, authority, NID_key_usage, "critical,digitalSignature") &&
                      add_extension(own, authority, NID_ext_key_usage, "serverAuth") &&
                      add_extension(own, authority, NID_authority_key_identifier, "keyid") &&
                      add_extension(own, authority, NID_subject_alt_name, alternative_names(order.hosts)) &&
                      X509_sign(own, authority_key, EVP_sha256()) != 0;
    return good ? std::move(server) : nullptr;
}

std::string pem_of(X509* certificate) {
    return pem([&](BIO* out) { return PEM_write_bio_X509(out, certificate); });
}

std::string pem_of(EVP_PKEY* key) {
    return pem(
        [&](BIO* out) { return PEM_write_bio_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr); });
}

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
