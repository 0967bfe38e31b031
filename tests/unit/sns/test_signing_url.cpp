#include "sns/topic.hpp"
#include "support/sns/test_signer.hpp"

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

constexpr const char* kPath = "/SimpleNotificationService-0123456789abcdefABCDEF0123456789.pem";

std::string url_refusal(const std::string& url, const std::vector<std::string>& hosts = {}) {
    const SnsTopic topic = parse_topic_arn(kTestTopic).value();
    const Result<HttpUrl> checked = SigningHosts::create(hosts).value().check(url, topic);
    return checked ? std::string() : checked.error().subject;
}

}  // namespace

TEST_CASE("The certificate address of the topic's region is accepted") {
    const SnsTopic topic = parse_topic_arn(kTestTopic).value();
    const Result<HttpUrl> url = SigningHosts::create({}).value().check(kTestCertificateUrl, topic);
    REQUIRE(url.has_value());
    CHECK(url->origin == Origin{.tls = true, .host = std::string(kTestHost), .port = 443});
    CHECK(url->target == "/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem");
}

TEST_CASE("The certificate address in China has another suffix") {
    const SnsTopic topic = parse_topic_arn("arn:aws-cn:sns:cn-north-1:123456789012:t").value();
    const SigningHosts hosts = SigningHosts::create({}).value();
    CHECK(hosts.check(std::string("https://sns.cn-north-1.amazonaws.com.cn") + kPath, topic).has_value());
    CHECK_FALSE(hosts.check(std::string("https://sns.cn-north-1.amazonaws.com") + kPath, topic).has_value());
}

TEST_CASE("http is refused") {
    CHECK(url_refusal(std::string("http://sns.us-west-2.amazonaws.com") + kPath) == "not https");
    CHECK(url_refusal(std::string("HTTPS://sns.us-west-2.amazonaws.com") + kPath) == "not https");
}

TEST_CASE("Another host is refused") {
    const std::string host = GENERATE(
        "evil.example", "sns.us-east-1.amazonaws.com", "sns.us-west-2.amazonaws.com.evil.example",
        "sns.us-west-2.amazonaws.com.cn", "user@sns.us-west-2.amazonaws.com",
        "sns.us-west-2.amazonaws.com:443", "sns.us-west-2.amazonaws.com:8443", "SNS.us-west-2.amazonaws.com",
        "sns.us-west-2.amazonaws.com.", "sns.us-west-2.amazonaws.com\\", "sns.us-west-2.amazonaws.com%2f", "",
        "sns-us-west-2.amazonaws.com", "evil.example\\@sns.us-west-2.amazonaws.com",
        "evil.example#sns.us-west-2.amazonaws.com", "made-up.amazonaws.com", "sns.made-up.amazonaws.com");
    CAPTURE(host);
    CHECK(url_refusal("https://" + host + kPath) == "its host is not sns.us-west-2.amazonaws.com");
}

TEST_CASE("A path other than those of SNS's certificates is refused") {
    const std::string path =
        GENERATE("", "/", "/SimpleNotificationService-0123456789abcdef0123456789abcdef.txt",
                 "/SimpleNotificationService-0123456789abcdef0123456789abcde.pem",
                 "/SimpleNotificationService-0123456789abcdef0123456789abcdeff.pem",
                 "/SimpleNotificationService-0123456789abcdef0123456789abc/ef.pem",
                 "/SimpleNotificationService-0123456789abcdef0123456789abc%ef.pem",
                 "/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem?x=y",
                 "/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem#x",
                 "/x/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem",
                 "//SimpleNotificationService-0123456789abcdef0123456789abcdef.pem",
                 "/simplenotificationservice-0123456789abcdef0123456789abcdef.pem");
    CAPTURE(path);
    CHECK(url_refusal("https://sns.us-west-2.amazonaws.com" + path) ==
          "its path is not that of an SNS certificate");
}

TEST_CASE("Configured hosts replace Amazon's, and the path rule stays") {
    const std::vector<std::string> hosts{"localhost:8444", "sns.example.org"};
    CHECK(url_refusal(std::string("https://localhost:8444") + kPath, hosts).empty());
    CHECK(url_refusal(std::string("https://sns.example.org") + kPath, hosts).empty());
    CHECK(url_refusal(std::string("https://localhost") + kPath, hosts) ==
          "its host is not in sns.trust.certificate_hosts");
    CHECK_FALSE(url_refusal(std::string("https://sns.us-west-2.amazonaws.com") + kPath, hosts).empty());
    CHECK(url_refusal("https://localhost:8444/x.pem", hosts) == "its path is not that of an SNS certificate");
    CHECK(url_refusal(std::string("http://localhost:8444") + kPath, hosts) == "not https");
}

TEST_CASE("An invalid configured host is refused") {
    const std::string host =
        GENERATE("", "a b", "localhost:8444/x", "user@host", "host?x", "host#x", "host:0");
    CAPTURE(host);
    CHECK_FALSE(SigningHosts::create({host}).has_value());
}

TEST_CASE("A configured host's certificate may have its own name") {
    const SnsTopic topic = parse_topic_arn(kTestTopic).value();
    const SigningHosts hosts = SigningHosts::create({"localhost:8444"}).value();
    const HttpUrl url = hosts.check(std::string("https://localhost:8444") + kPath, topic).value();
    const std::vector<std::string> names = hosts.names(url, topic);
    CHECK(names.front() == "sns.amazonaws.com");
    CHECK(names.back() == "localhost");
}

TEST_CASE("is_at compares the whole authority") {
    const Origin origin{.tls = true, .host = "sns.example.org", .port = 8443};
    CHECK(is_at("https://sns.example.org:8443/?x", origin));
    CHECK_FALSE(is_at("https://sns.example.org:8443", origin));
    CHECK_FALSE(is_at("https://sns.example.org:84430/", origin));
    CHECK_FALSE(is_at("https://sns.example.org/", origin));
    CHECK_FALSE(is_at("http://sns.example.org:8443/", origin));
}
