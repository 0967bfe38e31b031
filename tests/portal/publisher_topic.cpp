#include "portal/publisher_topic.hpp"

#include "portal/publisher_message.hpp"

#include <algorithm>
#include <regex>
#include <utility>

namespace carecloud {
namespace {

constexpr std::size_t kArnMax = 400;  // std::regex recurses once per character

}  // namespace

bool is_topic_arn(std::string_view text) {
    static const std::regex shape(
        R"(arn:aws(-[a-z]+){0,3}:sns:[a-z]{2}(-[a-z]+){1,3}-[0-9]{1,2}:[0-9]{12}:[A-Za-z0-9_-]{1,256})");
    return text.size() <= kArnMax && std::regex_match(text.begin(), text.end(), shape);
}

PublisherTopic::PublisherTopic(std::string arn, std::chrono::milliseconds token_life)
    : arn_(std::move(arn)), token_life_(token_life) {}

TopicSubscription& PublisherTopic::subscribe(PublisherEndpoint endpoint, bool raw) {
    TopicSubscription* known = find(endpoint.shown);
    if (known == nullptr) {
        known = &subscriptions_.emplace_back();
        known->arn = arn_ + ":" + new_message_id();
    }
    if (known->state == SubscriptionState::gone) known->state = SubscriptionState::pending;
    known->endpoint = std::move(endpoint);
    known->raw = raw;
    return *known;
}

std::string PublisherTopic::token_for(TopicSubscription& subscription, Timestamp now) {
    std::erase_if(subscription.tokens, [&](const auto& token) { return token.second < now; });
    std::string token = new_token();
    const Timestamp good_until{now.ticks + token_life_.count() * Timestamp::ticks_per_millisecond};
    subscription.tokens.emplace(token, good_until);
    return token;
}

const TopicSubscription* PublisherTopic::confirm(std::string_view token, Timestamp now) {
    for (TopicSubscription& subscription : subscriptions_) {
        const auto found = subscription.tokens.find(token);
        if (found == subscription.tokens.end() || found->second < now) continue;
        subscription.state = SubscriptionState::confirmed;
        return &subscription;
    }
    return nullptr;
}

TopicSubscription* PublisherTopic::find(std::string_view endpoint_or_arn) {
    const auto found = std::find_if(subscriptions_.begin(), subscriptions_.end(), [&](const auto& known) {
        return known.endpoint.shown == endpoint_or_arn || known.arn == endpoint_or_arn;
    });
    return found == subscriptions_.end() ? nullptr : &*found;
}

bool PublisherTopic::subscribed() const {
    return std::any_of(subscriptions_.begin(), subscriptions_.end(),
                       [](const TopicSubscription& known) { return known.state != SubscriptionState::gone; });
}

}  // namespace carecloud
