#include "sns/topic.hpp"

#include <catch2/catch.hpp>

using namespace carecloud;

TEST_CASE("A topic's ARN is split into its parts") {
    const Result<SnsTopic> topic = parse_topic_arn("arn:aws:sns:us-west-2:123456789012:carecloud-1_A");
    REQUIRE(topic.has_value());
    CHECK(topic->arn == "arn:aws:sns:us-west-2:123456789012:carecloud-1_A");
    CHECK(topic->partition == "aws");
    CHECK(topic->region == "us-west-2");
    CHECK(topic->account == "123456789012");
    CHECK(topic->name == "carecloud-1_A");
    CHECK(topic->host == "sns.us-west-2.amazonaws.com");
}

TEST_CASE("A topic's host depends on its partition and region") {
    const auto host = [](const char* arn) {
        const Result<SnsTopic> topic = parse_topic_arn(arn);
        return topic ? topic->host : topic.error().message();
    };
    CHECK(host("arn:aws-cn:sns:cn-north-1:123456789012:t") == "sns.cn-north-1.amazonaws.com.cn");
    CHECK(host("arn:aws-us-gov:sns:us-gov-east-1:123456789012:t") == "sns.us-gov-east-1.amazonaws.com");
}

TEST_CASE("The names of SNS's certificate are those of the topic's region") {
    const auto names = [](const char* arn) { return parse_topic_arn(arn).value().certificate_names; };
    using Names = std::vector<std::string>;
    CHECK(names("arn:aws:sns:me-south-1:123456789012:t") ==
          Names{"sns.amazonaws.com", "sns-signing.me-south-1.amazonaws.com", "sns-me-south-1.amazonaws.com"});
    CHECK(names("arn:aws-cn:sns:cn-northwest-1:123456789012:t") ==
          Names{"sns.amazonaws.com.cn", "sns-signing.cn-northwest-1.amazonaws.com.cn",
                "sns-cn-northwest-1.amazonaws.com.cn"});
    CHECK(names("arn:aws-us-gov:sns:us-gov-east-1:123456789012:t").back() ==
          "sns-us-gov-west-1.amazonaws.com");
}

TEST_CASE("Anything but the ARN of a standard topic is refused") {
    const char* arn =
        GENERATE("", "carecloud", "arn:aws:sns:us-west-2:123456789012",
                 "arn:aws:sns:us-west-2:123456789012:carecloud:b24e11a2-06bd-4e73-aa29-0ed2de3b41b5",
                 "arn:aws:sqs:us-west-2:123456789012:carecloud", "arn:aws:sns:us-west-2:12345:carecloud",
                 "arn:aws:sns::123456789012:carecloud", "arn:aws:sns:us.west:123456789012:carecloud",
                 "arn:aws:sns:us-west-2@x:123456789012:t", "arn:aws-iso:sns:us-iso-east-1:123456789012:t",
                 "arn:aws:sns:us-west-2:123456789012:carecloud.fifo",
                 "arn:aws:sns:us-west-2:123456789012:", " arn:aws:sns:us-west-2:123456789012:carecloud");
    CAPTURE(arn);
    const Result<SnsTopic> topic = parse_topic_arn(arn);
    REQUIRE_FALSE(topic.has_value());
    CHECK(topic.error().code == ErrorCode::invalid_argument);
}
