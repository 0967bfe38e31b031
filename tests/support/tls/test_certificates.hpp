// A certificate authority that exists only during one test, so no certificate is committed or expires unnoticed.
//
//     TestAuthority authority("Test CA");
//     TestCertificate server = authority.issue({.subject = "localhost", .alternative_names = "DNS:localhost"});
//     TempFile ca_file(authority.certificate_pem());
//
// Keys are on the curve P-256 or, if a signature scheme requires it, RSA with 2048 bits. Not thread-safe.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include <openssl/evp.h>
#include <openssl/x509.h>

namespace carecloud {

enum class TestKeyKind { p256, rsa2048 };

struct TestSubject {
    std::string subject = "localhost";                             // the common name
    std::string alternative_names = "DNS:localhost,IP:127.0.0.1";  // as in openssl's x509v3_config(5)
    long valid_from_seconds = -3600;                               // relative to now
    long valid_to_seconds = 24 * 3600;
    TestKeyKind key = TestKeyKind::p256;
    bool signed_over_sha1 = false;  // SHA-1 is outdated
};

struct TestCertificate {
    std::string certificate_pem;
    std::string key_pem;
};

class TestAuthority {
  public:
    explicit TestAuthority(const std::string& name, TestKeyKind key = TestKeyKind::p256);

    TestCertificate issue(const TestSubject& subject);
    std::string certificate_pem() const;

  private:
    struct Free {
        void operator()(X509* certificate) const { X509_free(certificate); }
        void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    };
    using KeyPtr = std::unique_ptr<EVP_PKEY, Free>;
    using CertificatePtr = std::unique_ptr<X509, Free>;

    static KeyPtr make_key(TestKeyKind kind);
    CertificatePtr make_certificate(const TestSubject& subject, EVP_PKEY* key, bool authority);

    KeyPtr key_;
    CertificatePtr certificate_;
    long next_serial_ = 1;
};

// A file in its own directory in the system's temporary directory; the destructor removes both.
class TempFile {
  public:
    explicit TempFile(std::string_view content);
    ~TempFile();
    TempFile(const TempFile&) = delete;
    TempFile& operator=(const TempFile&) = delete;

    std::string path() const { return (folder_ / "file").string(); }

  private:
    std::filesystem::path folder_;
};

}  // namespace carecloud
