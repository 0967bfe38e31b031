#include "portal/publisher_options.hpp"

#include "portal/publisher_faults.hpp"
#include "portal/publisher_topic.hpp"
#include "portal/publisher_wire.hpp"
#include "runtime/yaml_reader.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <boost/program_options.hpp>

namespace carecloud {
namespace {

namespace po = boost::program_options;
using Texts = std::vector<std::string>;

constexpr std::chrono::hours kDurationMax{1};  // SNS's own limit for a delay
constexpr std::size_t kConnectionsMax = 10'000;

Error usage(std::string subject, std::string hint) {
    return {ErrorCode::invalid_argument, "read the command line", std::move(subject), std::move(hint)};
}

Result<> read_span(const po::variables_map& given, const char* name, std::chrono::milliseconds least,
                   std::chrono::milliseconds& span) {
    const std::string text = given[name].as<std::string>();
    const auto parsed = parse_duration(text);
    if (!parsed) return usage("--" + std::string(name) + " " + text, parsed.error().hint);
    if (*parsed < least || *parsed > kDurationMax)
        return usage("--" + std::string(name) + " " + text,
                     "must be from " + format_duration(least) + " to " + format_duration(kDurationMax));
    span = *parsed;
    return {};
}

Result<> read_policy(const po::variables_map& given, PublisherSettings& publisher) {
    DeliveryPolicy& policy = publisher.policy;
    auto result = read_span(given, "sns-timeout", std::chrono::milliseconds(1), policy.timeout);
    if (result) result = read_span(given, "sns-retry-delay", {}, policy.retry_delay);
    if (result) result = read_span(given, "sns-late", {}, publisher.late);
    if (!result) return result;
    policy.retries = given["sns-retries"].as<unsigned>();
    if (policy.retries > kDeliveryRetriesMax) return usage("--sns-retries", "must be from 0 to 100");
    publisher.at_once = given["sns-connections"].as<std::size_t>();
    if (publisher.at_once == 0 || publisher.at_once > kConnectionsMax)
        return usage("--sns-connections", "must be from 1 to 10000");
    publisher.signature_version = given["sns-signature-version"].as<int>();
    if (publisher.signature_version == 1 || publisher.signature_version == 2) return {};
    return usage("--sns-signature-version", "must be 1 or 2");
}

Result<> read_subscriptions(const po::variables_map& given, PortalSns& sns) {
    sns.publisher.topic_arn = given["sns-topic"].as<std::string>();
    if (!is_topic_arn(sns.publisher.topic_arn))
        return usage("--sns-topic " + sns.publisher.topic_arn,
                     "write arn:aws:sns:REGION:12-DIGITS:NAME, not a FIFO topic's");
    sns.endpoints = given["sns-subscribe"].as<Texts>();
    for (const std::string& endpoint : sns.endpoints) {
        const auto parsed = parse_endpoint(endpoint);
        if (!parsed) return usage("--sns-subscribe: " + parsed.error().subject, parsed.error().hint);
    }
    PortalFaults checked(0, publisher_fault_names());
    sns.fault_texts = given["sns-fault"].as<Texts>();
    for (const std::string& text : sns.fault_texts) {
        const auto result = checked.set_text(text);
        if (!result) return result;
    }
    return {};
}

Result<> read_trust(const po::variables_map& given, PortalSns& sns) {
    sns.publisher.verify_endpoints = given.count("sns-insecure") == 0;
    if (given.count("sns-endpoint-ca") == 0) return {};
    sns.publisher.endpoint_ca_file = given["sns-endpoint-ca"].as<std::string>();
    if (!sns.publisher.verify_endpoints)
        return usage("--sns-insecure", "specify either --sns-insecure or --sns-endpoint-ca");
    const auto tls = endpoint_tls(sns.publisher.endpoint_ca_file, true);
    if (tls) return {};
    return usage("--sns-endpoint-ca: " + tls.error().subject, tls.error().hint);
}

}  // namespace

void describe_publisher(po::options_description& all) {
    auto add = all.add_options();
    add("sns-port", po::value<std::uint16_t>()->default_value(0),
        "publish events like AWS SNS; certificate and confirmations are served at this HTTPS port; 0: any "
        "free port. Every --sns option enables SNS");
    add("sns-host", po::value<std::string>(), "host name in its URLs; default: the listen address");
    add("sns-ca-out", po::value<std::string>(),
        "write its CA to this file in PEM, for sns.trust.ca_file of a subscriber");
    add("sns-topic", po::value<std::string>()->default_value(kPublisherTopic), "topic ARN");
    add("sns-subscribe", po::value<Texts>()->default_value({}, ""),
        "endpoint, such as https://127.0.0.1:8443/sns, also with user:password@; repeatable");
    add("sns-raw", "raw delivery to these endpoints");
    add("sns-signature-version", po::value<int>()->default_value(1), "1 (SHA-1) or 2 (SHA-256)");
    add("sns-endpoint-ca", po::value<std::string>(), "additional CA certificates for endpoints, PEM");
    add("sns-insecure", "accept any certificate of an endpoint");
    add("sns-timeout", po::value<std::string>()->default_value("15s"), "deadline for an endpoint's response");
    add("sns-retries", po::value<unsigned>()->default_value(3),
        "retries after 5xx and timeouts; never after 4xx");
    add("sns-retry-delay", po::value<std::string>()->default_value("20s"), "delay before each retry");
    add("sns-connections", po::value<std::size_t>()->default_value(64), "parallel deliveries");
    add("sns-fault", po::value<Texts>()->default_value({}, ""), "NAME:PROBABILITY; repeatable; see below");
    add("sns-late", po::value<std::string>()->default_value("5s"), "delay of late deliveries");
    add("sns-silent", "do not publish changes made through the control port");
}

Result<PublisherOptions> read_publisher(const po::variables_map& given) {
    PublisherOptions options;
    const bool wanted = std::any_of(given.begin(), given.end(), [](const auto& option) {
        return option.first.starts_with("sns-") && !option.second.defaulted();
    });
    PortalSns sns;
    auto result = read_policy(given, sns.publisher);
    if (result) result = read_subscriptions(given, sns);
    if (result) result = read_trust(given, sns);
    if (!result) return result.error();
    sns.port = given["sns-port"].as<std::uint16_t>();
    if (given.count("sns-host") != 0) sns.host = given["sns-host"].as<std::string>();
    if (given.count("sns-host") != 0 && !is_host_name(sns.host))
        return usage("--sns-host " + sns.host, "write a host name, such as localhost");
    sns.raw = given.count("sns-raw") != 0;
    sns.publisher.silent = given.count("sns-silent") != 0;
    sns.publisher.seed = given["seed"].as<std::uint64_t>();
    if (given.count("sns-ca-out") != 0) options.ca_out = given["sns-ca-out"].as<std::string>();
    if (wanted) options.sns = std::move(sns);
    return options;
}

}  // namespace carecloud
