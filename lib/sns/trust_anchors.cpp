#include "sns/trust_anchors.hpp"

#include <ctime>
#include <utility>

#include <openssl/err.h>
#include <openssl/x509_vfy.h>

namespace carecloud {
namespace {

// OpenSSL's security level 2, which TLS has by default, asks for keys and digests worth 112 bits. A store of one's own
// has level 0 by default, and takes certificates signed over SHA-1.
constexpr int kSecurityLevel = 2;

struct FreeContext {
    void operator()(X509_STORE_CTX* context) const { X509_STORE_CTX_free(context); }
};

Error not_trusted(std::string why) {
    return {.code = ErrorCode::tls_failed,
            .operation = "verify the SNS signing certificate",
            .subject = std::move(why),
            .hint = "set sns.trust.ca_file to its issuer's certificate, or remove it"};
}

}  // namespace

Result<TrustAnchors> TrustAnchors::load(const std::string& ca_file) {
    std::unique_ptr<X509_STORE, Free> store(X509_STORE_new());
    const bool loaded = store && X509_STORE_load_file(store.get(), ca_file.c_str()) == 1 &&
                        X509_STORE_set_flags(store.get(), X509_V_FLAG_PARTIAL_CHAIN) == 1;
    ERR_clear_error();
    if (loaded) {
        X509_VERIFY_PARAM_set_auth_level(X509_STORE_get0_param(store.get()), kSecurityLevel);
        return TrustAnchors(std::move(store));
    }
    return Error{.code = ErrorCode::invalid_argument,
                 .operation = "read sns.trust.ca_file",
                 .subject = ca_file,
                 .hint = "it must be a readable file with certificates in PEM"};
}

Result<> TrustAnchors::check(const SigningCertificate& certificate, Timestamp at) const {
    const std::unique_ptr<X509_STORE_CTX, FreeContext> context(X509_STORE_CTX_new());
    if (!context || X509_STORE_CTX_init(context.get(), store_.get(), certificate.x509(), nullptr) != 1) {
        ERR_clear_error();
        return not_trusted("OpenSSL cannot verify certificates");
    }
    X509_STORE_CTX_set_time(context.get(), 0,
                            static_cast<std::time_t>(at.ticks / Timestamp::ticks_per_second));
    const int verdict = X509_verify_cert(context.get());
    const int reason = X509_STORE_CTX_get_error(context.get());
    ERR_clear_error();
    if (verdict == 1) return {};
    return not_trusted(X509_verify_cert_error_string(reason));
}

}  // namespace carecloud
