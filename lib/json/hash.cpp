#include "json/hash.hpp"

#include <stdexcept>

#include <openssl/evp.h>

namespace carecloud {
namespace {

struct Free {
    void operator()(EVP_MD* digest) const { EVP_MD_free(digest); }
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

}  // namespace

struct Hasher::Impl {
    std::unique_ptr<EVP_MD, Free> digest{EVP_MD_fetch(nullptr, "SHA256", nullptr)};
    std::unique_ptr<EVP_MD_CTX, Free> context{EVP_MD_CTX_new()};
};

Hasher::Hasher() : impl_(std::make_unique<Impl>()) {
    if (!impl_->digest || !impl_->context) throw std::runtime_error("OpenSSL does not support SHA-256");
}

Hasher::~Hasher() = default;

Hash Hasher::hash(std::string_view bytes) {
    Hash hash;
    EVP_MD_CTX* context = impl_->context.get();
    const bool done =
        EVP_DigestInit_ex2(context, impl_->digest.get(), nullptr) == 1 &&
        EVP_DigestUpdate(context, bytes.data(), bytes.size()) == 1 &&
        EVP_DigestFinal_ex(context, reinterpret_cast<unsigned char*>(hash.data()), nullptr) == 1;
    if (!done) throw std::runtime_error("OpenSSL failed to compute a SHA-256");
    return hash;
}

}  // namespace carecloud
