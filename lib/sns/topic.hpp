// SNS topics, parsed from their ARN; the hosts of SNS in a topic's region, and the URLs there that a signing
// certificate may be fetched from.
//
//     Result<SnsTopic> topic = parse_topic_arn("arn:aws:sns:us-west-2:123456789012:carecloud");
//     topic->host  →  "sns.us-west-2.amazonaws.com"
//
// Pure; thread-safe.
#pragma once

#include "base/error.hpp"
#include "net/url.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

// Longer topic ARNs are refused.
inline constexpr std::size_t kTopicArnBytesMax = 400;

struct SnsTopic {
    std::string arn{};
    std::string partition{};  // "aws", "aws-cn", "aws-us-gov"
    std::string region{};
    std::string account{};
    std::string name{};
    std::string host{};  // SNS in the region: by default the only host that certificates are fetched from
    // The names that SNS's signing certificate may bear: "sns.amazonaws.com"; "sns-signing.<region>…" in opt-in
    // regions; "sns-<region>…" in China and GovCloud, where both GovCloud regions use the western one's.
    // docs: aws-sdk-java-v2, services-custom/sns-message-manager, SnsHostProvider.
    std::vector<std::string> certificate_names{};
};

// Errors (invalid_argument): the text is not a standard topic's ARN, or its partition's SNS uses other hosts (the
// isolated partitions, the European sovereign cloud), which have not been tested.
Result<SnsTopic> parse_topic_arn(std::string_view arn);

// The rule for URLs of signing certificates. The URL is part of the message, so a forger could name a URL under his
// control. Nothing is fetched before this rule has accepted the URL.
//
//     SigningHosts hosts({});                                     // Amazon's own
//     Result<HttpUrl> url = hosts.check(message.signing_cert_url, topic);
//
// The URL must have the scheme https, exactly the authority of the configured topic's region (no user info, no port),
// and exactly the path "/SimpleNotificationService-" with 32 letters and digits and ".pem"; no query. A pattern for the
// host would accept other hosts under amazonaws.com, some of which anyone can obtain.
class SigningHosts {
  public:
    // `certificate_hosts`: host or host:port, as in sns.trust.certificate_hosts; empty: the topic's own SNS. Errors
    // (invalid_argument): an entry is not a host.
    static Result<SigningHosts> create(const std::vector<std::string>& certificate_hosts);

    // Errors (invalid_argument): the URL violates the rule. Error messages never repeat the URL.
    Result<HttpUrl> check(std::string_view url, const SnsTopic& topic) const;

    // The names that the certificate from `url` may bear: the topic's, and the URL's host.
    std::vector<std::string> names(const HttpUrl& url, const SnsTopic& topic) const;

  private:
    std::vector<std::string> authorities_;  // as in a URL; empty: Amazon's
};

// Whether "https://host[:port]/…" is at exactly that host and port: the URL must begin with them, followed by the path.
// `url` is compared as text, so the result does not depend on how a URL is parsed.
bool is_at(std::string_view url, const Origin& origin);

}  // namespace carecloud
