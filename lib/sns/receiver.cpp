#include "sns/receiver.hpp"

#include "sns/certificate.hpp"
#include "sns/notice.hpp"
#include "sns/request_checks.hpp"
#include "sns/subscriptions.hpp"

#include <algorithm>
#include <utility>

#include <boost/system/system_error.hpp>

namespace carecloud {
namespace {

SnsRefusal refuse(RefusalReason reason, const Error& error) {
    return refuse(error.code == ErrorCode::canceled ? RefusalReason::canceled : reason, error.message());
}

}  // namespace

Result<std::unique_ptr<Receiver>> Receiver::create(const ReceiverPorts& ports,
                                                   std::shared_ptr<HttpsFetcher> fetcher,
                                                   ReceiverSettings settings) {
    Result<Trust> trust = read_trust(settings);
    if (!trust) return trust.error();
    return std::unique_ptr<Receiver>(
        new Receiver(ports, std::move(fetcher), std::move(settings), std::move(*trust)));
}

Result<Receiver::Trust> Receiver::read_trust(const ReceiverSettings& settings) {
    Trust trust;
    for (const std::string& arn : settings.topic_arns) {
        Result<SnsTopic> topic = parse_topic_arn(arn);
        if (!topic) return topic.error();
        trust.topics.push_back(std::move(*topic));
    }
    Result<SigningHosts> hosts = SigningHosts::create(settings.certificate_hosts);
    if (!hosts) return hosts.error();
    trust.hosts = std::move(*hosts);
    if (!settings.ca_file.empty()) {
        Result<TrustAnchors> loaded = TrustAnchors::load(settings.ca_file);
        if (!loaded) return loaded.error();
        trust.anchors = std::move(*loaded);
    }
    return trust;
}

Receiver::Receiver(const ReceiverPorts& ports, std::shared_ptr<HttpsFetcher> fetcher,
                   ReceiverSettings settings, Trust trust)
    : ports_(ports),
      fetcher_(std::move(fetcher)),
      settings_(std::move(settings)),
      topics_(std::move(trust.topics)),
      hosts_(std::move(trust.hosts)),
      certificates_({.clock = ports_.clock,
                     .store = ports_.certificates,
                     .fetcher = fetcher_,
                     .anchors = std::move(trust.anchors),
                     .names = [this](const std::string& url) { return names_of_certificate(url); },
                     .report = [this](const Error& error) { ports_.observer.receiver_failed(error); }},
                    settings_.certificates) {
    if (!settings_.basic_auth.empty()) credentials_.emplace(settings_.basic_auth);
    settings_.basic_auth.clear();
}

const SnsTopic* Receiver::find_topic(const std::string& arn) const {
    const auto found =
        std::find_if(topics_.begin(), topics_.end(), [&](const SnsTopic& topic) { return topic.arn == arn; });
    return found == topics_.end() ? nullptr : &*found;
}

// Several topics may use the same URL, so all their names are accepted here; each message is compared with its own
// topic's names later, in verify().
Result<std::vector<std::string>> Receiver::names_of_certificate(const std::string& url) const {
    std::vector<std::string> names;
    std::optional<Error> error;
    for (const SnsTopic& topic : topics_) {
        const Result<HttpUrl> address = hosts_.check(url, topic);
        if (!address) {
            error = address.error();
            continue;
        }
        const std::vector<std::string> more = hosts_.names(*address, topic);
        names.insert(names.end(), more.begin(), more.end());
    }
    if (names.empty() && error) return *error;
    return names;
}

Task<ServerResponse> Receiver::receive(const ServerRequest& request) {
    Refused refused;
    try {
        refused = co_await handle(request);
    } catch (const boost::system::system_error&) {
        refused = refuse(RefusalReason::canceled, "request canceled: shutting down");
    }
    if (!refused) co_return ServerResponse{};
    ports_.observer.request_refused(*refused, request.peer);
    co_return to_response(*refused);
}

std::optional<ServerResponse> Receiver::refuse_head(const ServerRequest& head) {
    const Refused refused = check_request(head, settings_.path, credentials_ ? &*credentials_ : nullptr);
    if (!refused) return std::nullopt;
    ports_.observer.request_refused(*refused, head.peer);
    return to_response(*refused);
}

Task<Receiver::Refused> Receiver::handle(const ServerRequest& request) {
    Refused refused = check_request(request, settings_.path, credentials_ ? &*credentials_ : nullptr);
    if (refused) co_return refused;
    const Result<SnsMessage> message = parse_sns_message(request.body);
    if (!message) co_return refuse(RefusalReason::malformed, message.error());
    refused = check_headers(request, *message);
    if (refused) co_return refused;
    const SnsTopic* topic = find_topic(message->topic_arn);
    if (topic == nullptr) {
        co_return refuse(RefusalReason::other_topic,
                         "TopicArn is not in sns.topic_arns; add the topic there");
    }
    const Result<HttpUrl> url = hosts_.check(message->signing_cert_url, *topic);
    if (!url) co_return refuse(RefusalReason::signing_url, url.error());
    if (messages_ >= settings_.messages_max) {
        co_return refuse(RefusalReason::overloaded, "too many messages at once; retry later");
    }
    const Counted one_more(messages_);
    refused = co_await verify(*message, *url, *topic);
    if (refused) co_return refused;
    if (message->type == SnsMessageType::notification) {
        refused = co_await take_notification(*message, request.body);
    } else if (message->type == SnsMessageType::subscription_confirmation) {
        refused = co_await take_subscription(*message, *url);
    } else {
        refused = co_await take_unsubscription(*message);
    }
    co_return refused;
}

Task<Receiver::Refused> Receiver::verify(const SnsMessage& message, const HttpUrl& url,
                                         const SnsTopic& topic) {
    HttpUrl address = url;
    const Result<CertificatePtr> certificate = co_await certificates_.get(std::move(address));
    if (!certificate) {
        const bool budget = certificate.error().code == ErrorCode::rate_limited;
        co_return refuse(budget ? RefusalReason::certificate_budget : RefusalReason::certificate,
                         certificate.error());
    }
    if (!(*certificate)->bears_one_of(hosts_.names(url, topic))) {
        co_return refuse(RefusalReason::certificate, "the signing certificate is not issued for SNS");
    }
    const Result<> verified = verify_signature(message, **certificate);
    if (!verified) co_return refuse(RefusalReason::signature, verified.error());
    co_return std::nullopt;
}

Task<Receiver::Refused> Receiver::take_notification(const SnsMessage& message, const std::string& body) {
    Event event = to_event(message, body, settings_.routes);
    EventReport received{.message_id = event.message_id,
                         .stream = event.stream,
                         .event_type = is_known_event_type(event.event_type) ? event.event_type : "other"};
    const bool open = event.state == EventState::open;
    const Result<bool> fresh = co_await ports_.inbox.receive(std::move(event));
    if (!fresh) co_return refuse(RefusalReason::store, fresh.error());
    received.outcome = !*fresh ? EventOutcome::duplicate
                       : open  ? EventOutcome::fresh
                               : EventOutcome::not_in_stream;
    ports_.observer.event_received(received);
    if (received.outcome == EventOutcome::fresh && received.stream) ports_.engine.wake(*received.stream);
    const Result<bool> changed = co_await ports_.subscriptions.proven(message.topic_arn, message.time);
    if (!changed) {
        ports_.observer.receiver_failed(changed.error());  // the event is durable anyway
    } else if (*changed) {
        announce(message.topic_arn);
    }
    co_return std::nullopt;
}

Task<Receiver::Refused> Receiver::take_subscription(const SnsMessage& message, const HttpUrl& url) {
    Result<HttpUrl> address = confirmation_url(message, url.origin);
    if (!address) co_return refuse(RefusalReason::other_host, address.error());
    Refused refused = co_await note(message, SubscriptionState::pending, {});
    // Disabled: still 200, because a retry would change nothing.
    if (refused || !settings_.confirm) co_return refused;
    refused = co_await confirm(message, std::move(*address));
    co_return refused;
}

Task<Receiver::Refused> Receiver::confirm(const SnsMessage& message, HttpUrl address) {
    if (confirmations_ >= settings_.confirmations_max) {
        co_return refuse(RefusalReason::overloaded, "too many confirmations at once; retry later");
    }
    const Counted one_more(confirmations_);
    std::string operation = "confirm the subscription";
    const Result<std::string> answer = co_await fetcher_->fetch(std::move(address), std::move(operation));
    if (!answer) co_return refuse(RefusalReason::confirmation, answer.error());
    std::string arn = subscription_arn_in(*answer, message.topic_arn);
    Refused refused = co_await note(message, SubscriptionState::confirmed, std::move(arn));
    co_return refused;
}

Task<Receiver::Refused> Receiver::take_unsubscription(const SnsMessage& message) {
    Refused refused = co_await note(message, SubscriptionState::gone, {});
    co_return refused;
}

Task<Receiver::Refused> Receiver::note(const SnsMessage& message, SubscriptionState state,
                                       std::string subscription_arn) {
    Subscription subscription{
        .topic_arn = message.topic_arn, .state = state, .subscription_arn = std::move(subscription_arn)};
    const Result<bool> changed = co_await ports_.subscriptions.note(std::move(subscription), message.time);
    if (!changed) co_return refuse(RefusalReason::store, changed.error());
    if (*changed) announce(message.topic_arn);
    co_return std::nullopt;
}

void Receiver::announce(const std::string& topic_arn) {
    const Subscription subscription = ports_.subscriptions.find(topic_arn);
    ports_.observer.subscription_changed(subscription, remedy_for(subscription, settings_.confirm));
}

}  // namespace carecloud
