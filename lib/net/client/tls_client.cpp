#include "net/client/tls_client.hpp"

#include "net/url.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace carecloud {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

namespace {

error_code last_openssl_error() {
    return {static_cast<int>(ERR_get_error()), boost::asio::error::get_ssl_category()};
}

Error cannot_trust(std::string subject, std::string hint) {
    return {.code = ErrorCode::invalid_argument,
            .operation = "prepare TLS",
            .subject = std::move(subject),
            .hint = std::move(hint)};
}

// The remedy for a failed verification, by the codes of X509_STORE_CTX_get_error(3).
std::string remedy(long verdict) {
    switch (verdict) {
        case X509_V_ERR_CERT_HAS_EXPIRED:
        case X509_V_ERR_CERT_NOT_YET_VALID:
            return "renew the server's certificate or set this machine's clock";
        case X509_V_ERR_HOSTNAME_MISMATCH:
        case X509_V_ERR_IP_ADDRESS_MISMATCH:
            return "the certificate is for another host: check the address and the server";
        default:
            return "if the server has a private CA, set ca_file to its certificate";
    }
}

}  // namespace

Result<std::shared_ptr<ssl::context>> make_client_tls(const std::string& ca_file) {
    error_code failure;
    auto context = std::make_shared<ssl::context>(ssl::context::tls_client);
    ERR_clear_error();
    if (SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION) != 1) {
        return cannot_trust("TLS 1.2: " + last_openssl_error().message(),
                            "check the system's OpenSSL settings");
    }
    context->set_default_verify_paths(failure);
    if (!failure) context->set_verify_mode(ssl::verify_peer, failure);
    if (failure) return cannot_trust("the system's roots: " + failure.message(), "install ca-certificates");
    if (ca_file.empty()) return context;
    context->load_verify_file(ca_file, failure);
    if (failure) {
        return cannot_trust("ca_file " + ca_file + ": " + failure.message(),
                            "it must be a readable file with certificates in PEM");
    }
    return context;
}

error_code require_host(SSL* tls, const std::string& host) {
    ERR_clear_error();
    X509_VERIFY_PARAM* parameters = SSL_get0_param(tls);
    X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (is_ip_address(host)) {
        // No SNI: it takes names only (RFC 6066 3).
        return X509_VERIFY_PARAM_set1_ip_asc(parameters, host.c_str()) == 1 ? error_code{}
                                                                            : last_openssl_error();
    }
    if (X509_VERIFY_PARAM_set1_host(parameters, host.c_str(), 0) != 1) return last_openssl_error();
    return SSL_set_tlsext_host_name(tls, host.c_str()) == 1 ? error_code{} : last_openssl_error();
}

Error tls_failure(SSL* tls, const error_code& failure, const std::string& peer) {
    const long verdict = SSL_get_verify_result(tls);
    if (verdict != X509_V_OK) {
        return {.code = ErrorCode::tls_failed,
                .operation = "connect",
                .subject = peer + ": " + X509_verify_cert_error_string(verdict),
                .hint = remedy(verdict)};
    }
    const bool is_tls_error = failure.category() == boost::asio::error::get_ssl_category();
    if (is_tls_error) {
        return {.code = ErrorCode::tls_failed,
                .operation = "connect",
                .subject = peer + ": TLS: " + failure.message(),
                .hint = "check that the server supports TLS 1.2 or newer at that address and port"};
    }
    return {.code = ErrorCode::unreachable,
            .operation = "connect",
            .subject = peer + ": closed during the TLS handshake: " + failure.message(),
            .hint = "check that the server supports TLS at that address and port"};
}

}  // namespace carecloud
