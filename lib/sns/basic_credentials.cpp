#include "sns/basic_credentials.hpp"

#include "base/ascii.hpp"
#include "sns/base64.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include <openssl/crypto.h>
#include <openssl/sha.h>

namespace carecloud {
namespace {

Hash sha256_of(std::string_view text) {
    Hash hash{};
    SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(),
           reinterpret_cast<unsigned char*>(hash.data()));
    return hash;
}

}  // namespace

BasicCredentials::BasicCredentials(std::string_view user_and_password)
    : hash_(sha256_of(user_and_password)) {}

bool BasicCredentials::match(std::string_view authorization) const {
    constexpr std::string_view scheme = "Basic ";
    if (!ascii_iequals(authorization.substr(0, scheme.size()), scheme)) return false;
    authorization.remove_prefix(scheme.size());
    authorization.remove_prefix(std::min(authorization.find_first_not_of(' '), authorization.size()));
    const std::optional<std::string> sent = decode_base64(authorization);
    if (!sent) return false;
    const Hash hash = sha256_of(*sent);
    return CRYPTO_memcmp(hash.data(), hash_.data(), hash_.size()) == 0;
}

}  // namespace carecloud
