#include "sns/certificate.hpp"

#include "net/url.hpp"

#include <algorithm>
#include <ctime>
#include <memory>
#include <string>
#include <utility>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

namespace carecloud {
namespace {

constexpr int kKeyBitsMin = 2048;
constexpr int kKeyBitsMax = 4096;

struct FreeBio {
    void operator()(BIO* bio) const { BIO_free(bio); }
};

Error unusable(std::string what) {
    return {.code = ErrorCode::bad_response,
            .operation = "parse the SNS signing certificate",
            .subject = std::move(what),
            .hint = "check the server at that address; a proxy may have replaced the certificate"};
}

std::string_view trim(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n";
    const std::size_t first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) + 1 - first);
}

std::size_t count(std::string_view text, std::string_view word) {
    std::size_t found = 0;
    for (std::size_t at = text.find(word); at != std::string_view::npos;
         at = text.find(word, at + word.size())) {
        ++found;
    }
    return found;
}

bool is_one_block(std::string_view pem) {
    const std::string_view text = trim(pem);
    return text.starts_with("-----BEGIN CERTIFICATE-----") && text.ends_with("-----END CERTIFICATE-----") &&
           count(text, "-----BEGIN ") == 1 && count(text, "-----END ") == 1;
}

// X509_cmp_time's result: -1 if `time` is not later than `at`, 1 if it is later, 0 if it is unreadable.
int compare(const ASN1_TIME* time, Timestamp at) {
    std::time_t seconds = at.seconds();
    return X509_cmp_time(time, &seconds);
}

// A failure left in OpenSSL's error queue would be reported by the next caller that reads it.
void forget_openssl_errors() {
    ERR_clear_error();
}

struct FreeDigest {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

Error bad_signature(std::string what) {
    return {.code = ErrorCode::invalid_argument,
            .operation = "verify the signature",
            .subject = std::move(what),
            .hint = "the message was modified in transit or is not from SNS"};
}

const unsigned char* bytes_of(const std::string& text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

// OpenSSL's security level 2, the default of TLS, requires keys and digests of at least 112 bits of security. A
// separately created store has level 0 by default and accepts certificates signed with SHA-1.
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

Result<SigningCertificate> SigningCertificate::parse(std::string_view pem) {
    if (!is_one_block(pem)) return unusable("not one certificate in PEM");
    const std::unique_ptr<BIO, FreeBio> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    X509Ptr x509(bio ? PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr) : nullptr);
    EVP_PKEY* const key = x509 ? X509_get0_pubkey(x509.get()) : nullptr;
    forget_openssl_errors();
    if (!x509) return unusable("a PEM block that is not a certificate");
    if (key == nullptr || EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA) return unusable("its key is not RSA");
    const int bits = EVP_PKEY_get_bits(key);
    if (bits < kKeyBitsMin || bits > kKeyBitsMax) {
        return unusable("its key has " + std::to_string(bits) + " bits");
    }
    return SigningCertificate(std::move(x509));
}

bool SigningCertificate::valid_at(Timestamp at) const {
    return compare(X509_get0_notBefore(x509_.get()), at) == -1 &&
           compare(X509_get0_notAfter(x509_.get()), at) == 1;
}

bool SigningCertificate::bears_one_of(const std::vector<std::string>& names) const {
    constexpr unsigned exactly = X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_WILDCARDS;
    const bool found = std::any_of(names.begin(), names.end(), [&](const std::string& name) {
        if (is_ip_address(name)) return X509_check_ip_asc(x509_.get(), name.c_str(), 0) == 1;
        return X509_check_host(x509_.get(), name.data(), name.size(), exactly, nullptr) == 1;
    });
    forget_openssl_errors();
    return found;
}

EVP_PKEY* SigningCertificate::key() const {
    return X509_get0_pubkey(x509_.get());
}

std::size_t SigningCertificate::signature_bytes() const {
    return static_cast<std::size_t>(EVP_PKEY_get_size(key()));
}

Result<> verify_signature(const SnsMessage& message, const SigningCertificate& certificate) {
    if (message.signature.size() != certificate.signature_bytes()) {
        return bad_signature("wrong length for the certificate's key");
    }
    const EVP_MD* digest = message.signature_version == SignatureVersion::sha256 ? EVP_sha256() : EVP_sha1();
    const std::unique_ptr<EVP_MD_CTX, FreeDigest> context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* key_context = nullptr;  // owned by `context`
    const std::string text = string_to_sign(message);
    const bool verified =
        context &&
        EVP_DigestVerifyInit(context.get(), &key_context, digest, nullptr, certificate.key()) == 1 &&
        EVP_PKEY_CTX_set_rsa_padding(key_context, RSA_PKCS1_PADDING) == 1 &&
        EVP_DigestVerify(context.get(), bytes_of(message.signature), message.signature.size(), bytes_of(text),
                         text.size()) == 1;
    ERR_clear_error();
    if (verified) return {};
    return bad_signature("does not match the message");
}

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
    X509_STORE_CTX_set_time(context.get(), 0, at.seconds());
    const int verdict = X509_verify_cert(context.get());
    const int reason = X509_STORE_CTX_get_error(context.get());
    ERR_clear_error();
    if (verdict == 1) return {};
    return not_trusted(X509_verify_cert_error_string(reason));
}

}  // namespace carecloud
