// Sends messages to an endpoint for measurements: signed in advance, then sent as fast as the endpoint accepts them
// over the given number of connections. Each message is sent once, without retries.
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
    EndpointTls tls{};  // not null if the endpoint is https
    std::chrono::milliseconds timeout{15'000};
};

// A signed message, ready to be sent.
struct LoadMessage {
    std::string message_id{};
    std::string record_id{};
    HttpPost post{};
};

// The subscription's ARN in the messages is invented; it is not signed. `threads` is at least 1.
std::vector<LoadMessage> sign_load(const MessageSeal& seal, const std::string& topic_arn,
                                   const std::vector<PublishedEvent>& events, std::size_t threads = 1);

struct LoadReport {
    std::vector<DeliveryResult> results{};  // in message order; unsent ones have no attempts
    std::chrono::nanoseconds elapsed{};     // from the first message sent to the last response
    std::size_t connections_opened = 0;

    std::size_t acknowledged() const;             // 2xx
    std::map<int, std::size_t> statuses() const;  // 0: no response
    double acknowledged_per_second() const;
    // Of acknowledged messages; `share` from 0 to 1: 0.99 is p99. Zero if there are none.
    std::chrono::nanoseconds latency_at(double share) const;
};

class PublisherLoad {
  public:
    explicit PublisherLoad(LoadSettings settings);
    ~PublisherLoad();
    PublisherLoad(const PublisherLoad&) = delete;
    PublisherLoad& operator=(const PublisherLoad&) = delete;

    // Uses at most that many connections concurrently (at least 1), and keeps them for later calls.
    LoadReport send(const std::vector<LoadMessage>& messages, std::size_t connections);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace carecloud
