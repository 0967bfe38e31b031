#include "portal/publisher_identity.hpp"

#include <array>
#include <cctype>
#include <utility>

#include <openssl/evp.h>

namespace carecloud {
namespace {

constexpr const char* kCommonName = "sns.amazonaws.com";
constexpr std::size_t kNameDigits = 32;

using DigestContext = std::unique_ptr<EVP_MD_CTX, OpensslFree<EVP_MD_CTX_free>>;

Error identity_error(const char* what) {
    return {ErrorCode::tls_failed, "make the publisher's certificates", what, "OpenSSL refused it"};
}

std::string fingerprint_of(X509* certificate) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (X509_digest(certificate, EVP_sha256(), digest.data(), &size) != 1) return {};
    std::string hex;
    for (std::size_t i = 0; i < kNameDigits / 2; ++i) {
        hex.push_back("0123456789abcdef"[digest[i] >> 4]);
        hex.push_back("0123456789abcdef"[digest[i] & 15]);
    }
    return hex;
}

std::vector<std::string> with_sns(const std::vector<std::string>& hosts) {
    std::vector<std::string> names{kCommonName};
    names.insert(names.end(), hosts.begin(), hosts.end());
    return names;
}

}  // namespace

std::string base64_of(std::string_view bytes) {
    std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
    const int size =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                        reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(size));
    return text;
}

Result<std::shared_ptr<const PublisherIdentity>> PublisherIdentity::make(
    const std::vector<std::string>& hosts) {
    const std::shared_ptr<PublisherIdentity> made(new PublisherIdentity);
    const X509Key authority_key(EVP_EC_gen("P-256"));
    made->key_.reset(EVP_RSA_gen(2048));
    if (!authority_key || !made->key_) return identity_error("a key");
    const X509Certificate authority =
        issue_authority("carecloud-portal SNS test authority", authority_key.get());
    if (!authority) return identity_error("the authority's certificate");
    made->authority_pem_ = pem_of(authority.get());
    if (!made->issue(authority.get(), authority_key.get(), hosts) ||
        !made->issue_wrong_ones(authority.get(), authority_key.get(), hosts))
        return identity_error("a certificate: are the host names right?");
    return std::shared_ptr<const PublisherIdentity>(made);
}

bool PublisherIdentity::issue(X509* authority, EVP_PKEY* authority_key,
                              const std::vector<std::string>& hosts) {
    const X509Certificate signing = issue_certificate({.common_name = kCommonName, .hosts = with_sns(hosts)},
                                                      key_.get(), authority, authority_key);
    const X509Key tls_key(EVP_EC_gen("P-256"));
    if (!signing || !tls_key) return false;
    const X509Certificate tls = issue_certificate({.common_name = "carecloud-portal", .hosts = hosts},
                                                  tls_key.get(), authority, authority_key);
    if (!tls) return false;
    certificate_pem_ = pem_of(signing.get());
    fingerprint_ = fingerprint_of(signing.get());
    tls_certificate_pem_ = pem_of(tls.get());
    tls_key_pem_ = pem_of(tls_key.get());
    answers_[certificate_path()] = {.body = certificate_pem_};
    return !certificate_pem_.empty() && !fingerprint_.empty() && !tls_certificate_pem_.empty() &&
           !tls_key_pem_.empty();
}

// All have the signing key, so a receiver that only verifies the signature would accept them.
bool PublisherIdentity::issue_wrong_ones(X509* authority, EVP_PKEY* authority_key,
                                         const std::vector<std::string>& hosts) {
    const std::vector<std::string> names = with_sns(hosts);
    const auto of = [&](const CertificateOrder& order) {
        const X509Certificate made = issue_certificate(order, key_.get(), authority, authority_key);
        return made ? pem_of(made.get()) : std::string();
    };
    constexpr long hour_s = 3600;
    const std::string expired = of({kCommonName, names, -48 * hour_s, -24 * hour_s});
    const std::string not_yet = of({kCommonName, names, 24 * hour_s, 48 * hour_s});
    const std::string other_name = of({"sns.example.org", {"sns.example.org"}});

    const X509Key stranger_key(EVP_EC_gen("P-256"));
    if (!stranger_key) return false;
    const X509Certificate stranger = issue_authority("a stranger", stranger_key.get());
    if (!stranger) return false;
    const X509Certificate foreign =
        issue_certificate({kCommonName, names}, key_.get(), stranger.get(), stranger_key.get());
    if (!foreign || expired.empty() || not_yet.empty() || other_name.empty()) return false;

    put("cert-expired", {.body = expired});
    put("cert-not-yet-valid", {.body = not_yet});
    put("cert-other-name", {.body = other_name});
    put("cert-other-authority", {.body = pem_of(foreign.get())});
    put("cert-two-blocks", {.body = certificate_pem_ + authority_pem_});
    put("cert-xml", {.body = "<Error><Data>" + certificate_pem_ + "</Data></Error>"});
    put("cert-garbage", {.body = "-----BEGIN CERTIFICATE-----\nbm90IGEgY2VydGlmaWNhdGU=\n"
                                 "-----END CERTIFICATE-----\n"});
    put("cert-empty", {});
    put("cert-400", {.status = 400, .body = "<Error><Code>BadRequest</Code></Error>"});
    put("cert-404", {.status = 404, .body = "<Error><Code>NoSuchKey</Code></Error>"});
    put("cert-500", {.status = 500, .body = "<Error><Code>InternalError</Code></Error>"});
    put("cert-silent", {.silent = true});
    return true;
}

void PublisherIdentity::put(std::string_view fault, CertificateAnswer answer) {
    answers_[certificate_path(fault)] = std::move(answer);
}

std::string PublisherIdentity::certificate_path(std::string_view fault_code) {
    std::string name;
    for (const char c : fault_code) {
        if (std::isalnum(static_cast<unsigned char>(c)) != 0) name.push_back(c);
    }
    name.resize(kNameDigits, '0');
    return "/SimpleNotificationService-" + name + ".pem";
}

const CertificateAnswer* PublisherIdentity::certificate_at(std::string_view path) const {
    const auto found = answers_.find(path);
    return found == answers_.end() ? nullptr : &found->second;
}

std::string PublisherIdentity::sign(std::string_view text, int version) const {
    const DigestContext context(EVP_MD_CTX_new());
    const EVP_MD* digest = version == 1 ? EVP_sha1() : EVP_sha256();
    std::string signature(static_cast<std::size_t>(EVP_PKEY_get_size(key_.get())), '\0');
    std::size_t size = signature.size();
    const bool good = context &&
                      EVP_DigestSignInit(context.get(), nullptr, digest, nullptr, key_.get()) == 1 &&
                      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                                     reinterpret_cast<const unsigned char*>(text.data()), text.size()) == 1;
    return good ? base64_of(std::string_view(signature).substr(0, size)) : std::string();
}

}  // namespace carecloud
