#include "portal/event_publisher.hpp"

#include "portal/publisher_faults.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/steady_timer.hpp>

namespace carecloud {
namespace {

Error cannot_publish(std::string subject, std::string hint) {
    return {ErrorCode::invalid_argument, "publish", std::move(subject), std::move(hint)};
}

Result<> check_fault(const std::string& fault) {
    if (fault.empty() || PortalFaults(0, publisher_fault_names()).knows(fault)) return {};
    return cannot_publish("the fault \"" + fault + "\"", "the names are in --help");
}

}  // namespace

// The deliveries of one call of publish(), until all have ended.
struct EventPublisher::Batch {
    std::vector<DeliveryResult> results;
    std::size_t missing = 0;
    bool complete = false;  // no more deliveries will be added
    std::function<void(std::vector<DeliveryResult>)> done;

    void end_if_over() {
        if (!complete || missing > 0 || !done) return;
        const auto call = std::exchange(done, nullptr);
        call(std::move(results));
    }
};

Result<std::unique_ptr<EventPublisher>> EventPublisher::create(
    boost::asio::any_io_executor executor, PublisherSettings settings,
    std::shared_ptr<const PublisherIdentity> identity, std::string base_url) {
    if (!is_topic_arn(settings.topic_arn))
        return cannot_publish("the topic \"" + settings.topic_arn + "\"",
                              "write arn:aws:sns:REGION:12-DIGITS:NAME, not a FIFO topic's");
    auto tls = endpoint_tls(settings.endpoint_ca_file, settings.verify_endpoints);
    if (!tls) return tls.error();
    return std::unique_ptr<EventPublisher>(new EventPublisher(
        std::move(executor), std::move(settings), std::move(identity), std::move(base_url), *std::move(tls)));
}

EventPublisher::EventPublisher(boost::asio::any_io_executor executor, PublisherSettings settings,
                               std::shared_ptr<const PublisherIdentity> identity, std::string base_url,
                               EndpointTls tls)
    : executor_(std::move(executor)),
      settings_(std::move(settings)),
      identity_(std::move(identity)),
      base_url_(std::move(base_url)),
      tls_(std::move(tls)),
      topic_(settings_.topic_arn, settings_.token_life),
      faults_(settings_.seed, publisher_fault_names()),
      queue_(executor_, settings_.policy, settings_.at_once) {}

std::size_t EventPublisher::pending() const {
    return queue_.counts().pending + held_->size();
}

EventPublisher::Outgoing EventPublisher::outgoing(PublishedFields fields, std::string fault) {
    if (!fault.empty()) ++counts_.faults[fault];
    const MessageSeal seal{identity_, base_url_, settings_.signature_version};
    auto message = std::make_shared<OutgoingMessage>(seal, std::move(fields), std::move(fault));
    ++counts_.messages[message->type()];
    return message;
}

Result<std::string> EventPublisher::subscribe(std::string_view endpoint, const SubscribeOptions& options) {
    auto parsed = parse_endpoint(endpoint);
    if (!parsed) return parsed.error();
    const auto known = check_fault(options.fault);
    if (!known) return known.error();
    TopicSubscription& subscription = topic_.subscribe(*std::move(parsed), options.raw);
    wires_[subscription.arn] =
        std::make_shared<PublisherWire>(executor_, subscription.endpoint, tls_, settings_.policy.timeout);
    confirm_by(subscription, {}, options.fault);
    return subscription.arn;
}

Result<> EventPublisher::unsubscribe(std::string_view endpoint_or_arn) {
    TopicSubscription* known = topic_.find(endpoint_or_arn);
    if (known == nullptr) return cannot_publish("no such subscription", "GET /sns lists the subscriptions");
    known->state = SubscriptionState::gone;
    confirm_by(*known, known->arn, {});
    return {};
}

void EventPublisher::confirm_by(TopicSubscription& subscription, const std::string& subscription_arn,
                                std::string fault) {
    const std::string token = topic_.token_for(subscription, now());
    const Outgoing message = outgoing(
        confirmation_fields(topic_.arn(), token, subscription_arn, base_url_, now()), std::move(fault));
    DeliveryJob job = job_for(subscription, message, {}, nullptr);
    job.make = [message, subscription_arn] { return message->post_for(subscription_arn, false); };
    queue_.push(std::move(job));
}

Result<std::vector<std::string>> EventPublisher::publish(const std::vector<PublishedEvent>& events,
                                                         const PublishOptions& options) {
    std::vector<Notice> notices;
    notices.reserve(events.size());
    for (const PublishedEvent& event : events)
        notices.push_back({event.to_json(), event.id});
    return publish_all(notices, options);
}

Result<std::string> EventPublisher::publish_text(const std::string& message, const PublishOptions& options) {
    auto ids = publish_all({{message, {}}}, options);
    if (!ids) return ids.error();
    return ids->front();
}

Result<> EventPublisher::check(const std::vector<Notice>& notices, const PublishOptions& options) const {
    auto known = check_fault(options.fault);
    if (!known) return known;
    if (notices.size() > kMessagesAtOnceMax || pending() + notices.size() > kDeliveriesMax)
        return cannot_publish(std::to_string(notices.size()) + " messages",
                              "at most 10000 a call, and 100000 in flight");
    const bool too_large = std::any_of(notices.begin(), notices.end(), [](const Notice& notice) {
        return notice.message.size() > kMessageBytesMax;
    });
    if (too_large) return cannot_publish("a message", "SNS takes up to 256 KiB");
    return {};
}

Result<std::vector<std::string>> EventPublisher::publish_all(const std::vector<Notice>& notices,
                                                             const PublishOptions& options) {
    const auto good = check(notices, options);
    if (!good) return good.error();
    const auto batch = std::make_shared<Batch>();
    batch->done = options.done;
    std::vector<std::string> ids;
    ids.reserve(notices.size());
    for (const Notice& notice : notices)
        ids.push_back(publish_one(notice, options, batch));
    batch->complete = true;
    batch->end_if_over();
    return ids;
}

std::string EventPublisher::publish_one(const Notice& notice, const PublishOptions& options,
                                        const std::shared_ptr<Batch>& batch) {
    ++counts_.published;
    std::string fault = options.fault.empty() ? faults_.pick().value_or("") : options.fault;
    const Outgoing message =
        outgoing(notification_fields(topic_.arn(), new_message_id(), notice.message, options.subject, now()),
                 std::move(fault));
    std::vector<DeliveryJob> jobs;
    for (const TopicSubscription& subscription : topic_.subscriptions()) {
        if (subscription.state != SubscriptionState::confirmed) continue;
        jobs.push_back(job_for(subscription, message, notice.record_id, batch));
        if (message->fault() == "twice")
            jobs.push_back(job_for(subscription, message, notice.record_id, batch));
    }
    const bool held = message->fault() == "out-of-order";
    for (DeliveryJob& job : jobs) {
        if (held)
            hold_back(std::move(job));
        else if (message->fault() == "lost")
            lose(std::move(job));
        else
            queue_.push(std::move(job),
                        message->fault() == "late" ? settings_.late : std::chrono::milliseconds(0));
    }
    if (!held) release_held();
    return message->message_id();
}

DeliveryJob EventPublisher::job_for(const TopicSubscription& subscription, const Outgoing& message,
                                    const std::string& record_id, const std::shared_ptr<Batch>& batch) {
    DeliveryJob job{.wire = wires_.at(subscription.arn)};
    job.result.message_id = message->message_id();
    job.result.record_id = record_id;
    job.result.type = message->type();
    job.make = [message, arn = subscription.arn, raw = subscription.raw] {
        return message->post_for(arn, raw);
    };
    const std::size_t index = batch ? batch->results.size() : 0;
    if (batch) {
        batch->results.emplace_back();
        ++batch->missing;
    }
    job.done = [this, batch, index](const DeliveryResult& result) {
        remember(result);
        if (!batch) return;
        batch->results[index] = result;
        --batch->missing;
        batch->end_if_over();
    };
    return job;
}

void EventPublisher::lose(DeliveryJob job) {
    ++counts_.lost;
    job.result.end = DeliveryEnd::lost;
    job.done(job.result);
}

// The message is sent after the next one or, if there is none, late.
void EventPublisher::hold_back(DeliveryJob job) {
    held_->push_back(std::move(job));
    const auto timer = std::make_shared<boost::asio::steady_timer>(executor_, settings_.late);
    const std::weak_ptr<std::vector<DeliveryJob>> weak = held_;
    timer->async_wait([this, timer, weak](const boost::system::error_code& failure) {
        if (!failure && !weak.expired()) release_held();
    });
}

void EventPublisher::release_held() {
    std::vector<DeliveryJob> jobs = std::exchange(*held_, {});
    for (DeliveryJob& job : jobs)
        queue_.push(std::move(job));
}

void EventPublisher::remember(const DeliveryResult& result) {
    ended_.push_back(result);
    if (ended_.size() > kDeliveriesMax) ended_.pop_front();
    if (!settings_.log) return;
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(result.latency).count();
    std::string line = now().to_string_ms() + " sns " + result.type + " " + result.message_id + " ";
    line.append(to_string(result.end)).append(", ");
    line.append(result.status == 0 ? "no answer" : std::to_string(result.status));
    line.append(" at attempt ")
        .append(std::to_string(result.attempts))
        .append(", ")
        .append(std::to_string(ms));
    line.append(result.error.empty() ? " ms" : " ms: ").append(result.error);
    settings_.log(line);
}

}  // namespace carecloud
