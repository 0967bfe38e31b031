#include "sns/certificate.hpp"
#include "support/sns/test_signer.hpp"

#include <chrono>

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

Timestamp in_hours(long hours) {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    return Timestamp{(now.time_since_epoch().count() + hours * 3600) * Timestamp::ticks_per_second};
}

std::string certificate_refusal(const std::string& pem) {
    const Result<SigningCertificate> certificate = SigningCertificate::parse(pem);
    return certificate ? std::string() : certificate.error().subject;
}

SigningCertificate certificate_with(const std::string& names) {
    TestSubject subject = signing_subject();
    subject.alternative_names = names;
    return SigningCertificate::parse(TestSigner(subject).certificate_pem()).value();
}

}  // namespace

TEST_CASE("One PEM block is a certificate, with or without white space around it") {
    const TestSigner signer;
    const Result<SigningCertificate> certificate = SigningCertificate::parse(signer.certificate_pem());
    REQUIRE(certificate.has_value());
    CHECK(certificate->signature_bytes() == 256);
    CHECK(SigningCertificate::parse("\r\n" + signer.certificate_pem() + "\n \n").has_value());
}

TEST_CASE("Anything but one certificate in PEM is refused") {
    const std::string pem = TestSigner().certificate_pem();
    CHECK(certificate_refusal("") == "not one certificate in PEM");
    CHECK(certificate_refusal("nonsense") == "not one certificate in PEM");
    CHECK(certificate_refusal(pem + pem) == "not one certificate in PEM");
    CHECK(certificate_refusal("<Error><Code>AccessDenied</Code></Error>") == "not one certificate in PEM");
    CHECK(certificate_refusal("<pem>" + pem + "</pem>") == "not one certificate in PEM");
    CHECK(certificate_refusal("# comment\n" + pem) == "not one certificate in PEM");
    CHECK(certificate_refusal("-----BEGIN CERTIFICATE-----\n" + pem) == "not one certificate in PEM");
    CHECK(certificate_refusal(pem.substr(0, pem.size() / 2)) == "not one certificate in PEM");
    CHECK(certificate_refusal("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----") ==
          "a PEM block that is not a certificate");
    CHECK(certificate_refusal("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----") ==
          "a PEM block that is not a certificate");
}

TEST_CASE("A certificate whose key is not RSA is refused") {
    TestSubject subject = signing_subject();
    subject.key = TestKeyKind::p256;
    TestAuthority authority("Test CA");
    CHECK(certificate_refusal(authority.issue(subject).certificate_pem) == "its key is not RSA");
}

TEST_CASE("A certificate is accepted only within its validity") {
    const SigningCertificate certificate = SigningCertificate::parse(TestSigner().certificate_pem()).value();
    CHECK(certificate.valid_at(in_hours(0)));
    CHECK(certificate.valid_at(in_hours(23)));
    CHECK_FALSE(certificate.valid_at(in_hours(25)));
    CHECK_FALSE(certificate.valid_at(in_hours(-2)));
    CHECK_FALSE(certificate.valid_at(Timestamp{-1}));
}

TEST_CASE("Subject alternative names are compared literally") {
    const std::vector<std::string> names{"sns.amazonaws.com", "sns-signing.me-south-1.amazonaws.com"};
    CHECK(certificate_with("DNS:sns.amazonaws.com").bears_one_of(names));
    CHECK(certificate_with("DNS:other.example,DNS:sns-signing.me-south-1.amazonaws.com").bears_one_of(names));
    CHECK_FALSE(certificate_with("DNS:sns-signing.eu-south-1.amazonaws.com").bears_one_of(names));
    CHECK_FALSE(certificate_with("DNS:amazonaws.com").bears_one_of(names));
    CHECK_FALSE(certificate_with("DNS:x.sns.amazonaws.com").bears_one_of(names));
}

TEST_CASE("A wildcard or the common name does not match a name of SNS") {
    CHECK_FALSE(certificate_with("DNS:*.amazonaws.com").bears_one_of({"sns.amazonaws.com"}));
    // The common name is sns.amazonaws.com.
    CHECK_FALSE(certificate_with("DNS:other.example").bears_one_of({"sns.amazonaws.com"}));
    CHECK_FALSE(certificate_with("").bears_one_of({"sns.amazonaws.com"}));
}

TEST_CASE("An address is compared with the address entries") {
    CHECK(certificate_with("IP:127.0.0.1").bears_one_of({"sns.amazonaws.com", "127.0.0.1"}));
    CHECK_FALSE(certificate_with("DNS:127.0.0.1").bears_one_of({"127.0.0.1"}));
}

TEST_CASE("Trust anchors determine the issuer of a certificate") {
    const TestSigner ours;
    const TestSigner other;
    const TempFile file(ours.authority_pem());
    const Result<TrustAnchors> anchors = TrustAnchors::load(file.path());
    REQUIRE(anchors.has_value());
    CHECK(anchors->check(SigningCertificate::parse(ours.certificate_pem()).value(), in_hours(0)));
    const Result<> refused =
        anchors->check(SigningCertificate::parse(other.certificate_pem()).value(), in_hours(0));
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == ErrorCode::tls_failed);
}

TEST_CASE("An anchor does not accept a certificate signed with SHA-1") {
    TestSubject subject = signing_subject();
    subject.signed_over_sha1 = true;
    const TestSigner weak(subject);
    const TempFile file(weak.authority_pem());
    const Result<> refused =
        TrustAnchors::load(file.path())
            ->check(SigningCertificate::parse(weak.certificate_pem()).value(), in_hours(0));
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().subject.find("digest algorithm too weak") != std::string::npos);
}

TEST_CASE("An anchor that is not a root is trusted directly") {
    const TestSigner ours;
    const TempFile file(ours.certificate_pem());
    CHECK(TrustAnchors::load(file.path())
              ->check(SigningCertificate::parse(ours.certificate_pem()).value(), in_hours(0)));
}

TEST_CASE("A file without a certificate has no anchors") {
    const TempFile file("nonsense");
    CHECK_FALSE(TrustAnchors::load(file.path()).has_value());
    CHECK_FALSE(TrustAnchors::load("/nonexistent/ca.pem").has_value());
}
