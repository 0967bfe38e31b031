// An SNS topic by its ARN, the hosts that its region's SNS answers at, and the addresses there that a signing
// certificate may be fetched from.
//
//     Result<SnsTopic> topic = parse_topic_arn("arn:aws:sns:us-west-2:123456789012:carecloud");
//     topic->host  →  "sns.us-west-2.amazonaws.com"
//
// Pure; safe on any thread.
#pragma once

#include "base/error.hpp"
#include "net/url.hpp"

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

// Where a signing certificate may be fetched: the address stands in the message, so that a forger could name an address
// of his own. Nothing is fetched before this rule has passed it.
//
//     SigningHosts hosts({});                                     // Amazon's own
//     Result<HttpUrl> url = hosts.check(message.signing_cert_url, topic);
//
// https, the authority exactly that of the pinned topic's region (no user info, no port), the path exactly
// "/SimpleNotificationService-" with 32 letters and digits and ".pem", no query. A pattern for
// the host would let others under amazonaws.com through, some of which anybody can have.
class SigningHosts {
  public:
    // `certificate_hosts`: host or host:port, as sns.trust.certificate_hosts; empty: the topic's own SNS.
    // Errors (invalid_argument): an entry that is no host.
    static Result<SigningHosts> create(const std::vector<std::string>& certificate_hosts);

    // Errors (invalid_argument): the rule above. Messages never repeat the address.
    Result<HttpUrl> check(std::string_view url, const SnsTopic& topic) const;

    // The names one of which the certificate from `url` must bear: the topic's, and a configured host's own.
    std::vector<std::string> names(const HttpUrl& url, const SnsTopic& topic) const;

  private:
    std::vector<std::string> authorities_;  // as in a URL; empty: Amazon's
};

// "https://host[:port]/…" leads to just that host and port: the address begins with it, and the path follows. `url` is
// compared as text, so that nothing is left to how an address is read.
bool is_at(std::string_view url, const Origin& origin);

}  // namespace carecloud
