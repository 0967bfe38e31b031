#include "sns/topic.hpp"

#include "sns/text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace carecloud {
namespace {

Error not_a_topic(std::string subject) {
    return {.code = ErrorCode::invalid_argument,
            .operation = "parse a topic ARN",
            .subject = std::move(subject),
            .hint = "use arn:aws:sns:REGION:12-DIGITS:NAME in sns.topic_arns"};
}

// Six fields; the last may hold no colon in a topic's ARN (with one more it is a subscription's).
bool split(std::string_view arn, std::array<std::string_view, 6>& fields) {
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const std::size_t colon = arn.find(':');
        if ((colon == std::string_view::npos) != (i + 1 == fields.size())) return false;
        fields[i] = arn.substr(0, colon);
        if (colon != std::string_view::npos) arn.remove_prefix(colon + 1);
    }
    return true;
}

bool is_region_character(char c) {
    return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-';
}

bool is_name_character(char c) {
    return is_letter(c) || is_digit(c) || c == '-' || c == '_';
}

bool all(std::string_view text, bool (*is)(char)) {
    return !text.empty() && std::all_of(text.begin(), text.end(), is);
}

std::string suffix_of(std::string_view partition) {
    if (partition == "aws" || partition == "aws-us-gov") return "amazonaws.com";
    if (partition == "aws-cn") return "amazonaws.com.cn";
    return {};
}

std::vector<std::string> certificate_names(const SnsTopic& topic, const std::string& suffix) {
    std::vector<std::string> names{"sns." + suffix, "sns-signing." + topic.region + "." + suffix,
                                   "sns-" + topic.region + "." + suffix};
    if (topic.partition == "aws-us-gov") names.push_back("sns-us-gov-west-1." + suffix);
    return names;
}

}  // namespace

Result<SnsTopic> parse_topic_arn(std::string_view arn) {
    std::array<std::string_view, 6> fields;
    if (arn.size() > kTopicArnBytesMax || !split(arn, fields))
        return not_a_topic("it must have six fields separated by colons");
    if (fields[0] != "arn" || fields[2] != "sns") return not_a_topic("it must start with arn:aws:sns");
    const std::string suffix = suffix_of(fields[1]);
    if (suffix.empty()) return not_a_topic("its partition must be aws, aws-cn or aws-us-gov");
    if (!all(fields[3], is_region_character)) return not_a_topic("its region is not a region name");
    if (fields[4].size() != 12 || !all(fields[4], is_digit))
        return not_a_topic("its account must be 12 digits");
    if (!all(fields[5], is_name_character)) return not_a_topic("its name is not that of a standard topic");
    SnsTopic topic{.arn = std::string(arn),
                   .partition = std::string(fields[1]),
                   .region = std::string(fields[3]),
                   .account = std::string(fields[4]),
                   .name = std::string(fields[5])};
    topic.host = "sns." + topic.region + "." + suffix;
    topic.certificate_names = certificate_names(topic, suffix);
    return topic;
}

}  // namespace carecloud
