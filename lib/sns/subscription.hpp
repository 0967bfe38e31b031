// How a subscription is confirmed: by an address that is built here, of the signed topic and token, at the host that
// the rule of signing_url.hpp has passed. The message's own SubscribeURL is compared and never visited: it is where a
// forger would have us go, and in an UnsubscribeConfirmation it would subscribe again.
//
// docs: AWS SNS API reference, "ConfirmSubscription". Pure; safe on any thread.
#pragma once

#include "base/error.hpp"
#include "net/url.hpp"
#include "sns/message.hpp"

#include <string>
#include <string_view>

namespace carecloud {

// `origin`: the signing certificate's. Errors (invalid_argument): the signed SubscribeURL leads elsewhere, such as to
// another region. The address holds the token: not for logs.
Result<HttpUrl> confirmation_url(const SnsMessage& message, const Origin& origin);

// The subscription's ARN in SNS's answer; empty where there is none of that topic. Good for display only.
std::string subscription_arn_in(std::string_view answer, std::string_view topic_arn);

}  // namespace carecloud
