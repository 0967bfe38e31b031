#include "sns/topic.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace carecloud {
namespace {

Error not_a_topic(std::string subject) {
    return {.code = ErrorCode::invalid_argument,
            .operation = "parse a topic ARN",
            .subject = std::move(subject),
            .hint = "use arn:aws:sns:REGION:12-DIGITS:NAME in sns.topic_arns"};
}

// Splits into six fields. The last must not contain a colon: an ARN with one more field is a subscription's.
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

constexpr std::string_view kScheme = "https://";

Error bad_address(std::string what) {
    return {.code = ErrorCode::invalid_argument,
            .operation = "check SigningCertURL",
            .subject = std::move(what),
            .hint = "SNS does not use such URLs; the sender is not SNS"};
}

bool is_certificate_path(std::string_view path) {
    constexpr std::string_view prefix = "/SimpleNotificationService-";
    constexpr std::string_view suffix = ".pem";
    constexpr std::size_t id_length = 32;
    if (path.size() != prefix.size() + id_length + suffix.size()) return false;
    if (!path.starts_with(prefix) || !path.ends_with(suffix)) return false;
    const std::string_view id = path.substr(prefix.size(), id_length);
    return std::all_of(id.begin(), id.end(), [](char c) { return is_letter(c) || is_digit(c); });
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

bool is_at(std::string_view url, const Origin& origin) {
    const std::string beginning = std::string(kScheme) + origin.authority() + "/";
    return origin.tls && url.starts_with(beginning);
}

Result<SigningHosts> SigningHosts::create(const std::vector<std::string>& certificate_hosts) {
    SigningHosts hosts;
    for (const std::string& host : certificate_hosts) {
        const Result<HttpUrl> url = parse_http_url(std::string(kScheme) + host + "/");
        if (!url || url->target != "/") {
            return Error{.code = ErrorCode::invalid_argument,
                         .operation = "read sns.trust.certificate_hosts",
                         .subject = "an entry is not a host",
                         .hint = "use host or host:port, without https:// and path"};
        }
        hosts.authorities_.push_back(url->origin.authority());
    }
    return hosts;
}

Result<HttpUrl> SigningHosts::check(std::string_view url, const SnsTopic& topic) const {
    if (!url.starts_with(kScheme)) return bad_address("not https");
    const std::string_view rest = url.substr(kScheme.size());
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    const std::string_view authority = rest.substr(0, slash);
    const bool known = authorities_.empty() ? authority == topic.host
                                            : std::find(authorities_.begin(), authorities_.end(),
                                                        authority) != authorities_.end();
    if (!known) {
        return bad_address(authorities_.empty() ? "its host is not " + topic.host
                                                : "its host is not in sns.trust.certificate_hosts");
    }
    if (!is_certificate_path(rest.substr(slash)))
        return bad_address("its path is not that of an SNS certificate");
    return parse_http_url(url);
}

std::vector<std::string> SigningHosts::names(const HttpUrl& url, const SnsTopic& topic) const {
    std::vector<std::string> names = topic.certificate_names;
    names.push_back(url.origin.host);
    return names;
}

}  // namespace carecloud
