// Signs SNS messages like SNS, with a key and a certificate that exist only during one test.
//
//     TestSigner signer;
//     std::string body = signer.sign(notification());
//
// The string to sign is implemented from the documentation, independently of the code under test. Not thread-safe.
#pragma once

#include "support/tls/test_certificates.hpp"

#include <memory>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>
#include <openssl/evp.h>

namespace carecloud {

inline constexpr std::string_view kTestTopic = "arn:aws:sns:us-west-2:123456789012:carecloud";
inline constexpr std::string_view kTestHost = "sns.us-west-2.amazonaws.com";
inline constexpr std::string_view kTestCertificateUrl =
    "https://sns.us-west-2.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem";

// Unsigned messages with all keys that SNS sends. The notice is the vendor's example of claim_attendance.
nlohmann::json notification();
nlohmann::json subscription_confirmation();
nlohmann::json unsubscribe_confirmation();

// An RSA certificate for sns.amazonaws.com.
TestSubject signing_subject();

class TestSigner {
  public:
    explicit TestSigner(const TestSubject& subject = signing_subject());

    // The signing certificate in PEM, and its issuer's.
    const std::string& certificate_pem() const { return certificate_pem_; }
    std::string authority_pem() const { return authority_.certificate_pem(); }

    // Returns the message with its `Signature`, as a body to POST. `SignatureVersion` "2" means SHA-256, all others
    // SHA-1.
    std::string sign(nlohmann::json message) const;
    // The signature over `text`, in base64.
    std::string signature_over(std::string_view text, bool sha256) const;

  private:
    struct Free {
        void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    };

    TestAuthority authority_;
    std::string certificate_pem_;
    std::unique_ptr<EVP_PKEY, Free> key_;
};

}  // namespace carecloud
