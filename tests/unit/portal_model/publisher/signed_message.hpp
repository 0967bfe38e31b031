// A subscriber's view of a message, with OpenSSL only and with the rules implemented again: nothing of the publisher
// checks the publisher's signatures.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace carecloud {

struct FreeOpenssl {
    void operator()(X509* object) const { X509_free(object); }
    void operator()(EVP_PKEY* object) const { EVP_PKEY_free(object); }
    void operator()(EVP_MD_CTX* object) const { EVP_MD_CTX_free(object); }
    void operator()(BIO* object) const { BIO_free(object); }
    void operator()(X509_STORE* object) const { X509_STORE_free(object); }
    void operator()(X509_STORE_CTX* object) const { X509_STORE_CTX_free(object); }
};
template <class T>
using Openssl = std::unique_ptr<T, FreeOpenssl>;

// Null if the text contains none.
inline Openssl<X509> certificate_in(std::string_view pem) {
    const Openssl<BIO> memory(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    return Openssl<X509>(PEM_read_bio_X509(memory.get(), nullptr, nullptr, nullptr));
}

// sns-facts, "String to sign".
inline std::string string_to_sign_of(const nlohmann::json& message) {
    const bool notification = message.value("Type", "") == "Notification";
    const auto names =
        notification
            ? std::vector<const char*>{"Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"}
            : std::vector<const char*>{"Message", "MessageId", "SubscribeURL", "Timestamp",
                                       "Token",   "TopicArn",  "Type"};
    std::string text;
    for (const char* name : names) {
        const auto found = message.find(name);
        if (found == message.end() || !found->is_string()) continue;
        text.append(name).append("\n").append(found->get<std::string>()).append("\n");
    }
    return text;
}

inline bool signature_good(const nlohmann::json& message, std::string_view certificate_pem) {
    const Openssl<X509> certificate = certificate_in(certificate_pem);
    if (!certificate || !message.contains("Signature")) return false;
    const std::string base64 = message.at("Signature");
    std::string signature(base64.size(), '\0');
    const int decoded = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(signature.data()),
                                        reinterpret_cast<const unsigned char*>(base64.data()),
                                        static_cast<int>(base64.size()));
    const int padding = base64.ends_with("==") ? 2 : base64.ends_with('=') ? 1 : 0;
    if (decoded < padding) return false;
    const EVP_MD* digest = message.at("SignatureVersion") == "1" ? EVP_sha1() : EVP_sha256();
    const std::string text = string_to_sign_of(message);
    const Openssl<EVP_MD_CTX> context(EVP_MD_CTX_new());
    return EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr,
                                X509_get0_pubkey(certificate.get())) == 1 &&
           EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()),
                            static_cast<std::size_t>(decoded - padding),
                            reinterpret_cast<const unsigned char*>(text.data()), text.size()) == 1;
}

// Whether it is signed by that authority, valid now, and for that host.
inline bool certificate_good(std::string_view pem, std::string_view authority_pem, const char* host) {
    const Openssl<X509> certificate = certificate_in(pem);
    const Openssl<X509> authority = certificate_in(authority_pem);
    if (!certificate || !authority) return false;
    const Openssl<X509_STORE> store(X509_STORE_new());
    X509_STORE_add_cert(store.get(), authority.get());
    const Openssl<X509_STORE_CTX> context(X509_STORE_CTX_new());
    X509_STORE_CTX_init(context.get(), store.get(), certificate.get(), nullptr);
    X509_STORE_CTX_set_flags(context.get(), X509_V_FLAG_X509_STRICT);
    return X509_verify_cert(context.get()) == 1 &&
           X509_check_host(certificate.get(), host, 0, 0, nullptr) == 1;
}

}  // namespace carecloud
