// Messages signed by Amazon itself, if they are stored next to the project (five, with their certificate).
#include "sns/certificate.hpp"
#include "sns/message.hpp"
#include "sns/topic.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

std::filesystem::path folder() {
    const char* source = std::getenv("CARECLOUD_SOURCE_DIR");
    return std::filesystem::path(source == nullptr ? "." : source) / ".." / "shared" / "sns-vectors";
}

std::string read(const std::string& name) {
    std::ifstream file(folder() / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

bool present() {
    if (std::filesystem::exists(folder())) return true;
    WARN("SKIPPED: no messages signed by Amazon in " << folder()
                                                     << "; what is verified is signed by the tests alone");
    return false;
}

constexpr const char* kCertificate = "SimpleNotificationService-7506a1e35b36ef5a444dd1a8e7cc3ed8.pem";

}  // namespace

TEST_CASE("Messages really signed by Amazon verify") {
    if (!present()) return;
    const char* name = GENERATE("notification-no-subject.json", "notification-with-subject.json",
                                "notification-signature-v2.json", "subscription-confirmation.json",
                                "unsubscribe-confirmation.json");
    CAPTURE(name);
    const Result<SigningCertificate> certificate = SigningCertificate::parse(read(kCertificate));
    REQUIRE(certificate.has_value());
    std::string body = read(name);
    const Result<SnsMessage> message = parse_sns_message(body);
    REQUIRE(message.has_value());
    CHECK(verify_signature(*message, *certificate));

    const Result<SnsTopic> topic = parse_topic_arn(message->topic_arn);
    REQUIRE(topic.has_value());
    const SigningHosts hosts = SigningHosts::create({}).value();
    const Result<HttpUrl> url = hosts.check(message->signing_cert_url, *topic);
    REQUIRE(url.has_value());
    CHECK(url->target == std::string("/") + kCertificate);
    CHECK(certificate->bears_one_of(hosts.names(*url, *topic)));

    const std::size_t at = body.find("\"Message\" : \"") + 13;
    body[at] = body[at] == 'x' ? 'y' : 'x';
    CHECK_FALSE(verify_signature(*parse_sns_message(body), *certificate));
}

TEST_CASE("Amazon's certificate is accepted within its validity") {
    if (!present()) return;
    const SigningCertificate certificate = SigningCertificate::parse(read(kCertificate)).value();
    CHECK(certificate.valid_at(*Timestamp::parse("2026-03-06T20:00:00Z")));
    CHECK_FALSE(certificate.valid_at(*Timestamp::parse("2025-11-09T23:59:59Z")));
    CHECK_FALSE(certificate.valid_at(*Timestamp::parse("2026-10-15T00:00:00Z")));
    CHECK_FALSE(certificate.bears_one_of({"sns.us-west-2.amazonaws.com", "amazonaws.com"}));
}
