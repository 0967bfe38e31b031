#include "sns/subscription.hpp"

#include "sns/printable.hpp"
#include "sns/signing_url.hpp"

#include <cstddef>

namespace carecloud {

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
