// The loopback portal's SNS: a topic, its subscribers and the messages to them, with all possible faults.
//
//     auto publisher = EventPublisher::create(executor, settings, identity, "https://127.0.0.1:40443");
//     (*publisher)->subscribe("https://127.0.0.1:8443/sns", {});     // sends a SubscriptionConfirmation
//     (*publisher)->publish({event}, {});                            // to confirmed subscribers
//
// Only for the thread that runs the executor. Pending deliveries are dropped when the publisher is destroyed.
#pragma once

#include "base/error.hpp"
#include "portal/delivery_queue.hpp"
#include "portal/outgoing_message.hpp"
#include "portal/portal_faults.hpp"
#include "portal/publisher_topic.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

namespace carecloud {

inline constexpr const char* kPublisherTopic = "arn:aws:sns:us-west-2:123456789012:carecloud";
inline constexpr std::size_t kMessagesAtOnceMax = 10'000;  // of one call
inline constexpr std::size_t kDeliveriesMax = 100'000;     // waiting; also the limit of remembered ended ones
inline constexpr std::size_t kMessageBytesMax = 256 * 1024;  // SNS's own limit

struct PublisherSettings {
    std::string topic_arn = kPublisherTopic;
    int signature_version = 1;  // or 2
    DeliveryPolicy policy{};
    std::size_t at_once = 64;               // concurrent deliveries
    std::string endpoint_ca_file{};         // trusted issuers of subscribers' certificates; may be empty
    bool verify_endpoints = true;           // whether to verify subscribers' certificates
    std::chrono::milliseconds late{5'000};  // delay of the fault `late`; also how long out-of-order waits
    std::chrono::milliseconds token_life{std::chrono::hours(72)};
    bool silent = false;                            // changes by the control port publish no events
    std::uint64_t seed = 1;                         // of the faults
    std::function<Timestamp()> wall{};              // never empty
    std::function<void(const std::string&)> log{};  // one line per delivery; may be empty
};

struct SubscribeOptions {
    bool raw = false;
    std::string fault{};  // of the confirmation
};

struct PublishOptions {
    std::optional<std::string> subject{};
    std::string fault{};  // of each; empty: chosen by the faults
    // Called once, when all deliveries of the call have ended; ordered by message, then subscriber.
    std::function<void(std::vector<DeliveryResult>)> done{};
};

struct PublisherCounts {
    std::uint64_t published = 0;                    // notifications, regardless of the number of subscribers
    std::uint64_t lost = 0;                         // deliveries
    std::map<std::string, std::uint64_t> faults;    // messages, by fault
    std::map<std::string, std::uint64_t> messages;  // by type
    std::uint64_t confirmations = 0;                // successful ConfirmSubscription calls
    std::uint64_t confirmations_refused = 0;
    std::uint64_t certificate_fetches = 0;        // of the correct one
    std::uint64_t wrong_certificate_fetches = 0;  // of those that faults name
    std::uint64_t no_certificate_fetches = 0;     // of nonexistent ones
    std::uint64_t unsubscribe_visits = 0;  // calls of UnsubscribeURL, which a subscriber must never make
};

class EventPublisher {
  public:
    // `base_url`: the address for fetching the certificate and confirming subscriptions. Error: invalid_argument (the
    // topic, the CA file).
    static Result<std::unique_ptr<EventPublisher>> create(boost::asio::any_io_executor executor,
                                                          PublisherSettings settings,
                                                          std::shared_ptr<const PublisherIdentity> identity,
                                                          std::string base_url);

    // Sends a SubscriptionConfirmation. Returns the subscription's ARN. Error: invalid_argument (the endpoint, the
    // fault).
    Result<std::string> subscribe(std::string_view endpoint, const SubscribeOptions& options);
    // Sends an UnsubscribeConfirmation. Error: invalid_argument: no such endpoint or ARN.
    Result<> unsubscribe(std::string_view endpoint_or_arn);

    // Sends one notification per event to every confirmed subscription. Returns the message ids. Errors:
    // invalid_argument (a fault, too large, too many).
    Result<std::vector<std::string>> publish(const std::vector<PublishedEvent>& events,
                                             const PublishOptions& options);
    // Sends a notification with exactly this Message.
    Result<std::string> publish_text(const std::string& message, const PublishOptions& options);

    const PublisherSettings& settings() const { return settings_; }
    void set_silent(bool silent) { settings_.silent = silent; }
    void set_signature_version(int version) { settings_.signature_version = version; }  // 1 or 2
    void set_late(std::chrono::milliseconds late) { settings_.late = late; }
    const PublisherIdentity& identity() const { return *identity_; }
    const std::string& base_url() const { return base_url_; }
    PublisherTopic& topic() { return topic_; }
    PortalFaults& faults() { return faults_; }
    DeliveryQueue& queue() { return queue_; }
    PublisherCounts& counts() { return counts_; }
    // The ended deliveries, oldest first; a limited number is remembered.
    const std::deque<DeliveryResult>& ended() const { return ended_; }
    Timestamp now() const { return settings_.wall(); }

    // The number of deliveries that have not ended.
    std::size_t pending() const;

  private:
    struct Batch;
    struct Notice {
        std::string message;
        std::string record_id;  // of its event; may be empty
    };
    using Outgoing = std::shared_ptr<OutgoingMessage>;
    EventPublisher(boost::asio::any_io_executor executor, PublisherSettings settings,
                   std::shared_ptr<const PublisherIdentity> identity, std::string base_url, EndpointTls tls);

    Result<> check(const std::vector<Notice>& notices, const PublishOptions& options) const;
    Result<std::vector<std::string>> publish_all(const std::vector<Notice>& notices,
                                                 const PublishOptions& options);
    Outgoing outgoing(PublishedFields fields, std::string fault);
    std::string publish_one(const Notice& notice, const PublishOptions& options,
                            const std::shared_ptr<Batch>& batch);
    void confirm_by(TopicSubscription& subscription, const std::string& subscription_arn, std::string fault);
    DeliveryJob job_for(const TopicSubscription& subscription, const Outgoing& message,
                        const std::string& record_id, const std::shared_ptr<Batch>& batch);
    void lose(DeliveryJob job);
    void hold_back(DeliveryJob job);
    void release_held();
    void remember(const DeliveryResult& result);

    boost::asio::any_io_executor executor_;
    PublisherSettings settings_;
    std::shared_ptr<const PublisherIdentity> identity_;
    std::string base_url_;
    EndpointTls tls_;
    PublisherTopic topic_;
    PortalFaults faults_;
    PublisherCounts counts_;
    std::map<std::string, std::shared_ptr<PublisherWire>> wires_;  // by the subscription's ARN
    std::deque<DeliveryResult> ended_;
    // Deliveries that wait for another message, for the fault out-of-order. Shared, so a timer detects that the
    // publisher is gone.
    std::shared_ptr<std::vector<DeliveryJob>> held_ = std::make_shared<std::vector<DeliveryJob>>();
    DeliveryQueue queue_;
};

}  // namespace carecloud
