#include "sns/signature.hpp"

#include <memory>
#include <string>
#include <utility>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

namespace carecloud {
namespace {

struct FreeContext {
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

}  // namespace

Result<> verify_signature(const SnsMessage& message, const SigningCertificate& certificate) {
    if (message.signature.size() != certificate.signature_bytes()) {
        return bad_signature("wrong length for the certificate's key");
    }
    const EVP_MD* digest = message.signature_version == SignatureVersion::sha256 ? EVP_sha256() : EVP_sha1();
    const std::unique_ptr<EVP_MD_CTX, FreeContext> context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* key_context = nullptr;  // belongs to `context`
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

}  // namespace carecloud
