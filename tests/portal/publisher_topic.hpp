// A topic and its subscriptions: the rules of the handshake, without sockets. A token confirms the subscription that it
// was created for, until it expires (AWS, "ConfirmSubscription").
//
//     PublisherTopic topic("arn:aws:sns:us-west-2:123456789012:carecloud", 72h);
//     TopicSubscription& subscription = topic.subscribe(*parse_endpoint("https://127.0.0.1:8443/sns"), false);
//     std::string token = topic.token_for(subscription, now);
//     const TopicSubscription* confirmed = topic.confirm(token, later);
//
// Not thread-safe. References stay valid as long as the topic.
#pragma once

#include "base/timestamp.hpp"
#include "model/event.hpp"
#include "portal/publisher_wire.hpp"

#include <chrono>
#include <list>
#include <map>
#include <string>
#include <string_view>

namespace carecloud {

struct TopicSubscription {
    PublisherEndpoint endpoint{};
    std::string arn{};  // the topic's, ':' and a UUID
    bool raw = false;   // raw delivery
    SubscriptionState state = SubscriptionState::pending;
    std::map<std::string, Timestamp, std::less<>> tokens{};  // with their expiry
};

class PublisherTopic {
  public:
    PublisherTopic(std::string arn, std::chrono::milliseconds token_life);

    const std::string& arn() const { return arn_; }
    // Returns the endpoint's subscription: the known one, which becomes pending again if it was gone, or a new one.
    TopicSubscription& subscribe(PublisherEndpoint endpoint, bool raw);
    std::string token_for(TopicSubscription& subscription, Timestamp now);
    // nullptr if the token is wrong or expired. A token may be used again, with the same result.
    const TopicSubscription* confirm(std::string_view token, Timestamp now);
    // By the endpoint's URL without credentials, or by the subscription's ARN. nullptr if there is none.
    TopicSubscription* find(std::string_view endpoint_or_arn);

    std::list<TopicSubscription>& subscriptions() { return subscriptions_; }
    // Whether any subscription is not gone.
    bool subscribed() const;

  private:
    std::string arn_;
    std::chrono::milliseconds token_life_;
    std::list<TopicSubscription> subscriptions_;
};

// Whether the text is the ARN of a topic that can deliver to HTTPS, which FIFO topics cannot.
bool is_topic_arn(std::string_view text);

}  // namespace carecloud
