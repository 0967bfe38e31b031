#include "sns/subscriptions.hpp"

#include "base/ascii.hpp"
#include "base/co_try.hpp"
#include "sns/topic.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace carecloud {
namespace {

constexpr std::string_view kHowToConfirm =
    "sns.confirm is off: enable it, then make SNS send a new confirmation (aws sns subscribe with the same "
    "endpoint)";
constexpr std::string_view kHowToSubscribe =
    "the topic no longer delivers to this endpoint and records are only polled: unless this is intended, "
    "subscribe again with aws sns subscribe";

}  // namespace

Task<Result<>> Subscriptions::load() {
    if (loaded_) co_return Result<>{};
    CO_TRY_ASSIGN(std::vector<Subscription> held, inbox_.subscriptions());
    for (Subscription& subscription : held) {
        const Timestamp at = Timestamp::parse(subscription.changed_at).value_or(Timestamp{});
        std::string topic_arn = subscription.topic_arn;
        // An entry noted during the read is newer, and wins.
        entries_.try_emplace(std::move(topic_arn), Entry{.subscription = std::move(subscription), .at = at});
    }
    loaded_ = true;
    co_return Result<>{};
}

Task<Result<bool>> Subscriptions::note(Subscription subscription, Timestamp at) {
    CO_TRY(load());
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
    subscription.changed_at = clock_.wall().to_string_ms();  // in the inbox's format
    CO_TRY(inbox_.note_subscription(subscription));
    std::string topic_arn = subscription.topic_arn;
    entries_.insert_or_assign(std::move(topic_arn), Entry{.subscription = std::move(subscription), .at = at});
    co_return true;
}

Task<Result<bool>> Subscriptions::proven(std::string topic_arn, Timestamp at) {
    CO_TRY(load());
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

std::string_view remedy_for(const Subscription& subscription, bool confirms) {
    if (subscription.state == SubscriptionState::gone) return kHowToSubscribe;
    return subscription.state == SubscriptionState::pending && !confirms ? kHowToConfirm : std::string_view{};
}

Result<HttpUrl> confirmation_url(const SnsMessage& message, const Origin& origin) {
    if (!is_at(message.subscribe_url, origin)) {
        return Error{.code = ErrorCode::invalid_argument,
                     .operation = "confirm the subscription",
                     .subject = "SubscribeURL is not at " + origin.authority(),
                     .hint = "subscriptions are confirmed in the region of the topic"};
    }
    return HttpUrl{.origin = origin,
                   .target = "/?Action=ConfirmSubscription&TopicArn=" + percent_encode(message.topic_arn) +
                             "&Token=" + percent_encode(message.token)};
}

std::string subscription_arn_in(std::string_view answer, std::string_view topic_arn) {
    constexpr std::string_view begin = "<SubscriptionArn>";
    constexpr std::string_view end = "</SubscriptionArn>";
    constexpr std::size_t arn_bytes_max = 512;
    const std::size_t from = answer.find(begin);
    if (from == std::string_view::npos) return {};
    answer.remove_prefix(from + begin.size());
    const std::string_view arn = answer.substr(0, answer.find(end));
    if (!is_visible_word(arn, arn_bytes_max) || !arn.starts_with(std::string(topic_arn) + ":")) return {};
    return std::string(arn);
}

}  // namespace carecloud
