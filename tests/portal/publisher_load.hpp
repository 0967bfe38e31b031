// A load of messages on one endpoint, for measuring: signed beforehand, then sent as fast as the endpoint
// takes them over so many connections. Each is sent once; nothing is tried again.
//
//     PublisherLoad load({.endpoint = *parse_endpoint(url), .tls = *endpoint_tls(ca_file, true)});
//     auto messages = sign_load(seal, topic_arn, events, 2);          // on two threads
//     LoadReport report = load.send(messages, 64);                    // blocks
//
// send() runs on the caller's thread; one call at a time.
#pragma once

#include "portal/outgoing_message.hpp"
#include "portal/publisher_policy.hpp"
#include "portal/publisher_wire.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace carecloud {

struct LoadSettings {
    PublisherEndpoint endpoint{};
    EndpointTls tls{};  // never null where the endpoint is https
    std::chrono::milliseconds timeout{15'000};
};

// A signed message, ready to be sent.
struct LoadMessage {
    std::string message_id{};
    std::string record_id{};
    HttpPost post{};
};

// The subscription's ARN in them is invented: it is not signed. `threads` is at least 1.
std::vector<LoadMessage> sign_load(const MessageSeal& seal, const std::string& topic_arn,
                                   const std::vector<PublishedEvent>& events, std::size_t threads = 1);

struct LoadReport {
    std::vector<DeliveryResult> results{};  // in the order of the messages; those unsent have no attempts
    std::chrono::nanoseconds elapsed{};     // from the first message sent to the last answer
    std::size_t connections_opened = 0;

    std::size_t acknowledged() const;             // 2xx
    std::map<int, std::size_t> statuses() const;  // 0: no answer
    double acknowledged_per_second() const;
    // Of those acknowledged; `share` from 0 to 1: 0.99 is p99. Zero where there are none.
    std::chrono::nanoseconds latency_at(double share) const;
};

class PublisherLoad {
  public:
    explicit PublisherLoad(LoadSettings settings);
    ~PublisherLoad();
    PublisherLoad(const PublisherLoad&) = delete;
    PublisherLoad& operator=(const PublisherLoad&) = delete;

    // Over at most that many connections at once (at least 1), which are kept from call to call.
    LoadReport send(const std::vector<LoadMessage>& messages, std::size_t connections);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace carecloud
