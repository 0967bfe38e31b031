// An SNS topic by its ARN, and the hosts that its region's SNS answers at.
//
//     Result<SnsTopic> topic = parse_topic_arn("arn:aws:sns:us-west-2:123456789012:carecloud");
//     topic->host  →  "sns.us-west-2.amazonaws.com"
//
// Pure; safe on any thread.
#pragma once

#include "base/error.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

// A longer ARN of a topic is refused.
inline constexpr std::size_t kTopicArnBytesMax = 400;

struct SnsTopic {
    std::string arn{};
    std::string partition{};  // "aws", "aws-cn", "aws-us-gov"
    std::string region{};
    std::string account{};
    std::string name{};
    std::string host{};  // of the region's SNS: the only one that certificates and confirmations are asked at
    // The names one of which SNS's signing certificate bears there: "sns.amazonaws.com", in opt-in regions
    // "sns-signing.<region>…", in China and GovCloud "sns-<region>…", both GovCloud regions the western one's.
    // docs: aws-sdk-java-v2, services-custom/sns-message-manager, SnsHostProvider.
    std::vector<std::string> certificate_names{};
};

// Errors (invalid_argument): not a standard topic's ARN, or of a partition whose SNS has other hosts (the isolated
// ones, the European sovereign cloud), which nobody has tried.
Result<SnsTopic> parse_topic_arn(std::string_view arn);

}  // namespace carecloud
