#include "sns/subscriptions.hpp"
#include "support/sns/test_signer.hpp"

#include <catch2/catch.hpp>

using namespace carecloud;

namespace {

const Origin kOrigin{.tls = true, .host = std::string(kTestHost), .port = 443};

SnsMessage confirmation() {
    nlohmann::json message = subscription_confirmation();
    message["Signature"] = "AAAA";
    return parse_sns_message(message.dump()).value();
}

}  // namespace

TEST_CASE("The confirming address is built of topic and token") {
    SnsMessage message = confirmation();
    message.token = "a&Action=Unsubscribe#?/%";
    const Result<HttpUrl> url = confirmation_url(message, kOrigin);
    REQUIRE(url.has_value());
    CHECK(url->origin == kOrigin);
    CHECK(url->target ==
          "/?Action=ConfirmSubscription&TopicArn=arn%3Aaws%3Asns%3Aus-west-2%3A123456789012%3Acarecloud"
          "&Token=a%26Action%3DUnsubscribe%23%3F%2F%25");
}

TEST_CASE("A SubscribeURL at another host is refused") {
    const std::string url = GENERATE(
        "https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription",
        "http://sns.us-west-2.amazonaws.com/", "https://sns.us-west-2.amazonaws.com",
        "https://sns.us-west-2.amazonaws.com.evil.example/",
        "https://sns.us-west-2.amazonaws.com@evil.example/", "https://sns.us-west-2.amazonaws.com:8443/");
    SnsMessage message = confirmation();
    message.subscribe_url = url;
    const Result<HttpUrl> refused = confirmation_url(message, kOrigin);
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().message().find(message.token) == std::string::npos);
}

TEST_CASE("The subscription's ARN is extracted from SNS's response") {
    const std::string arn = std::string(kTestTopic) + ":b24e11a2-06bd-4e73-aa29-0ed2de3b41b5";
    const std::string answer = "<ConfirmSubscriptionResponse><ConfirmSubscriptionResult><SubscriptionArn>" +
                               arn +
                               "</SubscriptionArn></ConfirmSubscriptionResult></ConfirmSubscriptionResponse>";
    CHECK(subscription_arn_in(answer, kTestTopic) == arn);
}

TEST_CASE("A response without a subscription's ARN gives none") {
    const std::string answer = GENERATE(
        "", "ok", "<SubscriptionArn>", "<SubscriptionArn></SubscriptionArn>",
        "<SubscriptionArn>arn:aws:sns:us-west-2:123456789012:other:x</SubscriptionArn>",
        "<SubscriptionArn>arn:aws:sns:us-west-2:123456789012:carecloud</SubscriptionArn>",
        "<SubscriptionArn>arn:aws:sns:us-west-2:123456789012:carecloud:<b>x</b>\n</SubscriptionArn>");
    CHECK(subscription_arn_in(answer, kTestTopic).empty());
}
