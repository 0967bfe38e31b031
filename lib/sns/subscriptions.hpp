// The state of each topic's subscription: what the inbox holds, kept in memory, so that a notification that proves
// nothing new writes nothing. The one place that the receiver, the API and the health ask; it outlives the receivers
// of several configurations.
//
// I/O thread alone.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/timestamp.hpp"
#include "model/event.hpp"
#include "net/url.hpp"
#include "sns/message.hpp"
#include "store/inbox.hpp"

#include <map>
#include <string>
#include <string_view>

namespace carecloud {

class Subscriptions {
  public:
    // Both outlive it.
    Subscriptions(const Clock& clock, Inbox& inbox) : clock_(clock), inbox_(inbox) {}

    // Reads what the inbox holds, unless that was done before; note() and proven() do it as well. Errors: the inbox's.
    Task<Result<>> load();

    // True: it was another state before, and is durable now. `at`: the message's own time. An empty
    // `subscription.subscription_arn` keeps the known one. Errors: the inbox's.
    Task<Result<bool>> note(Subscription subscription, Timestamp at);

    // A notification of the topic came: it is subscribed to. One that is older than its end proves nothing, since SNS
    // delivers late. True: as in note().
    Task<Result<bool>> proven(std::string topic_arn, Timestamp at);

    // As last noted; `pending`, without an ARN and a time, if nothing is known yet.
    Subscription find(const std::string& topic_arn) const;

  private:
    struct Entry {
        Subscription subscription;
        Timestamp at;  // the message's time; of what an earlier process noted, the inbox's
    };

    const Clock& clock_;
    Inbox& inbox_;
    bool loaded_ = false;
    std::map<std::string, Entry> entries_;  // by topic
};

// What to do about a subscription that is not confirmed; empty: nothing but subscribing. `confirms`: sns.confirm.
std::string_view remedy_for(const Subscription& subscription, bool confirms);

// How a subscription is confirmed: by an address that is built here, of the signed topic and token, at the host that
// the rule of topic.hpp has passed. The message's own SubscribeURL is compared and never visited: it is where a
// forger would have us go, and in an UnsubscribeConfirmation it would subscribe again.
// docs: AWS SNS API reference, "ConfirmSubscription".
// `origin`: the signing certificate's. Errors (invalid_argument): the signed SubscribeURL leads elsewhere, such as to
// another region. The address holds the token: not for logs.
Result<HttpUrl> confirmation_url(const SnsMessage& message, const Origin& origin);

// The subscription's ARN in SNS's answer; empty where there is none of that topic. Good for display only.
std::string subscription_arn_in(std::string_view answer, std::string_view topic_arn);

}  // namespace carecloud
