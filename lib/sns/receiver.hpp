// The SNS endpoint: turns a POST into a durable event. In this order, a message is verified, made durable, announced
// and acknowledged.
//
//     Result<std::unique_ptr<Receiver>> receiver = Receiver::create(ports, fetcher, settings);
//     server handler: [&](const ServerRequest& request) { return receiver->receive(request); }
//
// It never fetches or judges a record: an event only wakes the engine. I/O thread only; signatures (some 30 µs each)
// are verified there, too.
#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "net/server/message.hpp"
#include "sns/certificate.hpp"
#include "sns/certificate_cache.hpp"
#include "sns/https_fetcher.hpp"
#include "sns/message.hpp"
#include "sns/notice.hpp"
#include "sns/outcome.hpp"
#include "sns/request_checks.hpp"
#include "sns/subscriptions.hpp"
#include "sns/topic.hpp"
#include "store/certificates.hpp"
#include "store/inbox.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace carecloud {

struct ReceiverSettings {
    std::string path = "/sns";
    std::vector<std::string> topic_arns{};
    bool confirm = true;                           // confirm subscriptions of these topics automatically
    std::vector<std::string> certificate_hosts{};  // empty: Amazon's, by the topic's region
    std::string ca_file{};     // required issuers of signing certificates; empty: see certificate.hpp
    std::string basic_auth{};  // "user:password"; a secret; empty: not required
    std::vector<EventRoute> routes{};
    std::size_t messages_max = 256;     // being verified or made durable concurrently; more get a 503
    std::size_t confirmations_max = 4;  // concurrently; more get a 503
    CertificateCacheSettings certificates{};
};

// Fetches the records that events announce.
class EngineWaker {
  public:
    EngineWaker() = default;
    EngineWaker(const EngineWaker&) = delete;
    EngineWaker& operator=(const EngineWaker&) = delete;
    virtual ~EngineWaker() = default;

    // A new event of the stream is durable and open. Must not throw.
    virtual void wake(std::string_view stream) = 0;
};

// The receiver's environment; everything in it must outlive the receiver.
struct ReceiverPorts {
    Clock& clock;
    Inbox& inbox;
    CertificateStore& certificates;
    Subscriptions& subscriptions;
    EngineWaker& engine;
    ReceiverObserver& observer;
};

class Receiver {
  public:
    // Errors (invalid_argument): an unusable ARN, host or ca_file.
    static Result<std::unique_ptr<Receiver>> create(const ReceiverPorts& ports,
                                                    std::shared_ptr<HttpsFetcher> fetcher,
                                                    ReceiverSettings settings);

    // A ServerHandler: does not throw. A canceled call ends with a 503, which may not be read. `request` must outlive
    // the call.
    Task<ServerResponse> receive(const ServerRequest& request);

    // A HeadRule: refuses a request before its body is read, with the same checks of the head as receive().
    std::optional<ServerResponse> refuse_head(const ServerRequest& head);

    // For metrics and tests.
    const CertificateCache& certificates() const { return certificates_; }

  private:
    using Refused = std::optional<SnsRefusal>;  // empty: 200

    // The accepted topics, and the accepted certificates.
    struct Trust {
        std::vector<SnsTopic> topics{};
        SigningHosts hosts{};
        std::optional<TrustAnchors> anchors{};
    };

    Receiver(const ReceiverPorts& ports, std::shared_ptr<HttpsFetcher> fetcher, ReceiverSettings settings,
             Trust trust);
    static Result<Trust> read_trust(const ReceiverSettings& settings);

    Task<Refused> handle(const ServerRequest& request);
    Task<Refused> verify(const SnsMessage& message, const HttpUrl& url, const SnsTopic& topic);
    Task<Refused> take_notification(const SnsMessage& message, const std::string& body);
    Task<Refused> take_subscription(const SnsMessage& message, const HttpUrl& url);
    Task<Refused> take_unsubscription(const SnsMessage& message);
    Task<Refused> confirm(const SnsMessage& message, HttpUrl address);
    Task<Refused> note(const SnsMessage& message, SubscriptionState state, std::string subscription_arn);

    const SnsTopic* find_topic(const std::string& arn) const;
    Result<std::vector<std::string>> names_of_certificate(const std::string& url) const;
    void announce(const std::string& topic_arn);

    ReceiverPorts ports_;
    std::shared_ptr<HttpsFetcher> fetcher_;
    ReceiverSettings settings_;
    std::optional<BasicCredentials> credentials_;
    std::vector<SnsTopic> topics_;
    SigningHosts hosts_;
    CertificateCache certificates_;
    std::size_t messages_ = 0;
    std::size_t confirmations_ = 0;
};

}  // namespace carecloud
