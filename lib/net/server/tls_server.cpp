#include "net/server/tls_server.hpp"

#include <cerrno>
#include <ctime>
#include <fcntl.h>
#include <unistd.h>

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/system/error_code.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

namespace carecloud {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

namespace {

// The key exchange groups that the server accepts.
constexpr const char* kGroups = "X25519MLKEM768:X25519:P-256:P-384";
// For OpenSSL before 3.5, which does not support the first one: an unknown name invalidates the whole list.
constexpr const char* kOlderGroups = "X25519:P-256:P-384";

// Only X25519, P-256 and P-384, and X25519MLKEM768 if OpenSSL supports it. By default OpenSSL also accepts finite-field
// groups, and a handshake with one costs the server as much CPU time as a hundred ordinary ones. False if OpenSSL
// fails; the reason is in its error queue.
bool set_server_groups(SSL_CTX* context) {
    if (SSL_CTX_set1_groups_list(context, kGroups) == 1) return true;
    ERR_clear_error();
    return SSL_CTX_set1_groups_list(context, kOlderGroups) == 1;
}

// For TLS 1.2. All ciphers of TLS 1.3 are acceptable (RFC 9325 4.2).
constexpr const char* kCiphers = "ECDHE+AESGCM:ECDHE+CHACHA20";

Error cannot_serve(std::string subject, std::string hint) {
    return {.code = ErrorCode::invalid_argument,
            .operation = "prepare TLS",
            .subject = std::move(subject),
            .hint = std::move(hint)};
}

std::string take_openssl_error() {
    const error_code failure(static_cast<int>(ERR_get_error()), boost::asio::error::get_ssl_category());
    ERR_clear_error();
    return failure.message();
}

// OpenSSL reports only "system lib" for a file that it cannot open.
Result<> require_readable(const std::string& what, const std::string& file) {
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor >= 0) {
        ::close(descriptor);
        return {};
    }
    const error_code failure(errno, boost::system::system_category());
    return cannot_serve(what + " " + file + ": " + failure.message(),
                        "check the path, and that the service user can read it");
}

bool is_mismatch(const error_code& failure) {
    const auto code = static_cast<unsigned long>(failure.value());
    return ERR_GET_LIB(code) == ERR_LIB_X509 && ERR_GET_REASON(code) == X509_R_KEY_VALUES_MISMATCH;
}

bool set_protocol(SSL_CTX* context) {
    // Clients resume with tickets, which need no server memory; the cache would keep an entry for every client.
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                     SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
    // An idle connection keeps no OpenSSL buffers.
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
           SSL_CTX_set_cipher_list(context, kCiphers) == 1 && set_server_groups(context);
}

std::optional<Timestamp> end_of(const X509* certificate) {
    std::tm end{};
    if (!certificate || ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end) != 1) return std::nullopt;
    return Timestamp{::timegm(&end) * Timestamp::ticks_per_second};
}

}  // namespace

Result<std::shared_ptr<ssl::context>> make_server_tls(const std::string& certificate_file,
                                                      const std::string& private_key_file) {
    ERR_clear_error();
    auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
    if (!set_protocol(context->native_handle())) {
        return cannot_serve("TLS 1.2: " + take_openssl_error(), "check the system's OpenSSL settings");
    }
    Result<> readable = require_readable("certificate", certificate_file);
    if (readable) readable = require_readable("private key", private_key_file);
    if (!readable) return readable.error();
    error_code failure;
    context->use_certificate_chain_file(certificate_file, failure);
    if (failure) {
        return cannot_serve("certificate " + certificate_file + ": " + failure.message(),
                            "it must contain the server's certificate and its chain in PEM");
    }
    // Otherwise OpenSSL would prompt for one on the terminal.
    context->set_password_callback([](std::size_t, ssl::context::password_purpose) { return std::string(); },
                                   failure);
    if (!failure) context->use_private_key_file(private_key_file, ssl::context::pem, failure);
    // A key of another type is accepted without an error; only this call detects it.
    const bool of_one_pair = !failure && SSL_CTX_check_private_key(context->native_handle()) == 1;
    if (is_mismatch(failure) || (!failure && !of_one_pair)) {
        return cannot_serve("private key " + private_key_file + " does not match " + certificate_file,
                            "use the key of this certificate");
    }
    if (failure) {
        return cannot_serve("private key " + private_key_file + ": " + failure.message(),
                            "it must contain one private key in PEM, without a passphrase");
    }
    return context;
}

std::optional<Timestamp> certificate_end(const ssl::context& context) {
    // OpenSSL's read-only functions do not take const either.
    SSL_CTX* const native = const_cast<ssl::context&>(context).native_handle();
    std::optional<Timestamp> first = end_of(SSL_CTX_get0_certificate(native));
    STACK_OF(X509)* chain = nullptr;
    SSL_CTX_get0_chain_certs(native, &chain);
    for (int i = 0; i < sk_X509_num(chain); ++i) {
        const std::optional<Timestamp> end = end_of(sk_X509_value(chain, i));
        if (end && (!first || *end < *first)) first = end;
    }
    return first;
}

}  // namespace carecloud
