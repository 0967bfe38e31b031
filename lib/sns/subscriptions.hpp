// The state of each topic's subscription: the inbox's records, cached in memory so that a notification that proves
// nothing new causes no write. The only source of this state for the receiver, the API and the health check; it
// outlives the receivers of several configurations.
//
// I/O thread only.
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
    // Both must outlive this object.
    Subscriptions(const Clock& clock, Inbox& inbox) : clock_(clock), inbox_(inbox) {}

    // Reads the inbox's records, if not yet done; note() and proven() call it, too. Errors: the inbox's.
    Task<Result<>> load();

    // Records a state. Returns true if that is a change, which is then durable. `at`: the message's timestamp. An empty
    // `subscription.subscription_arn` keeps the known one. Errors: the inbox's.
    Task<Result<bool>> note(Subscription subscription, Timestamp at);

    // Records that a notification of the topic arrived, which proves the subscription. A notification older than the
    // subscription's end proves nothing, since SNS may deliver late. Returns true as note() does.
    Task<Result<bool>> proven(std::string topic_arn, Timestamp at);

    // The last noted state; `pending`, without an ARN and a time, if nothing is known yet.
    Subscription find(const std::string& topic_arn) const;

  private:
    struct Entry {
        Subscription subscription;
        Timestamp at;  // the message's timestamp; for an entry of an earlier process, the inbox's
    };

    const Clock& clock_;
    Inbox& inbox_;
    bool loaded_ = false;
    std::map<std::string, Entry> entries_;  // by topic
};

// What to do about a subscription that is not confirmed; empty if only subscribing helps or nothing is needed.
// `confirms`: sns.confirm.
std::string_view remedy_for(const Subscription& subscription, bool confirms);

// The URL that confirms a subscription. It is built from the signed topic and token, at the host that the rule in
// topic.hpp accepted. The message's SubscribeURL is compared but never visited: a forger could lead us anywhere with
// it, and in an UnsubscribeConfirmation it would subscribe again.
// docs: AWS SNS API reference, "ConfirmSubscription".
//
// `origin`: the signing certificate's. Errors (invalid_argument): the signed SubscribeURL is at another origin, such as
// another region. The URL contains the token: never log it.
Result<HttpUrl> confirmation_url(const SnsMessage& message, const Origin& origin);

// The subscription's ARN in SNS's response; empty if it contains none of that topic. For display only.
std::string subscription_arn_in(std::string_view answer, std::string_view topic_arn);

}  // namespace carecloud
