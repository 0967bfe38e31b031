#include "sns/subscriptions.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace carecloud {

Task<Result<>> Subscriptions::load() {
    if (loaded_) co_return Result<>{};
    Result<std::vector<Subscription>> held = co_await inbox_.subscriptions();
    if (!held) co_return held.error();
    for (Subscription& subscription : *held) {
        const Timestamp at = Timestamp::parse(subscription.changed_at).value_or(Timestamp{});
        std::string topic_arn = subscription.topic_arn;
        // What was noted while this was being read is newer.
        entries_.try_emplace(std::move(topic_arn), Entry{.subscription = std::move(subscription), .at = at});
    }
    loaded_ = true;
    co_return Result<>{};
}

Task<Result<bool>> Subscriptions::note(Subscription subscription, Timestamp at) {
    const Result<> loaded = co_await load();
    if (!loaded) co_return loaded.error();
    const auto found = entries_.find(subscription.topic_arn);
    if (found != entries_.end()) {
        const Subscription& held = found->second.subscription;
        if (subscription.subscription_arn.empty()) subscription.subscription_arn = held.subscription_arn;
        const bool same =
            subscription.state == held.state && subscription.subscription_arn == held.subscription_arn;
        if (same) {
            found->second.at = std::max(found->second.at, at);
            co_return false;
        }
    }
    subscription.changed_at = clock_.wall().to_string_ms();  // as the inbox writes it
    const Result<> noted = co_await inbox_.note_subscription(subscription);
    if (!noted) co_return noted.error();
    std::string topic_arn = subscription.topic_arn;
    entries_.insert_or_assign(std::move(topic_arn), Entry{.subscription = std::move(subscription), .at = at});
    co_return true;
}

Task<Result<bool>> Subscriptions::proven(std::string topic_arn, Timestamp at) {
    const Result<> loaded = co_await load();
    if (!loaded) co_return loaded.error();
    const auto found = entries_.find(topic_arn);
    if (found != entries_.end()) {
        const SubscriptionState state = found->second.subscription.state;
        if (state == SubscriptionState::confirmed) co_return false;
        if (state == SubscriptionState::gone && at <= found->second.at) co_return false;
    }
    Subscription subscription{.topic_arn = std::move(topic_arn), .state = SubscriptionState::confirmed};
    Result<bool> noted = co_await note(std::move(subscription), at);
    co_return noted;
}

Subscription Subscriptions::find(const std::string& topic_arn) const {
    const auto found = entries_.find(topic_arn);
    if (found != entries_.end()) return found->second.subscription;
    return {.topic_arn = topic_arn, .state = SubscriptionState::pending};
}

}  // namespace carecloud
