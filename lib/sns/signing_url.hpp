// Where a signing certificate may be fetched: the address stands in the message, so that a forger could name an address
// of his own. Nothing is fetched before this rule has passed it.
//
//     SigningHosts hosts({});                                     // Amazon's own
//     Result<HttpUrl> url = hosts.check(message.signing_cert_url, topic);
//
// https, the authority exactly that of the pinned topic's region (no user info, no port), the path exactly
// "/SimpleNotificationService-" with 32 letters and digits and ".pem", no query. A pattern for
// the host would let others under amazonaws.com through, some of which anybody can have.
//
// Values; safe on any thread.
#pragma once

#include "base/error.hpp"
#include "net/url.hpp"
#include "sns/topic.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

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
