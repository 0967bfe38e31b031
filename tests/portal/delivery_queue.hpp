// Delivers messages: several concurrently, with retries by SNS's policy, and counts everything.
//
//     DeliveryQueue queue(executor, policy, 64);
//     queue.push({.wire = wire, .make = …, .done = …});
//     queue.push(std::move(late), 5s);
//
// Only for the thread that runs the executor. When the queue is destroyed, pending deliveries are dropped without a
// call of `done`.
#pragma once

#include "portal/publisher_policy.hpp"
#include "portal/publisher_wire.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>

#include <boost/asio/any_io_executor.hpp>

namespace carecloud {

struct DeliveryJob {
    std::shared_ptr<PublisherWire> wire;
    std::function<HttpPost()> make{};  // called once, when its turn comes: a signature takes a millisecond
    std::function<void(const DeliveryResult&)> done{};
    DeliveryResult result{};  // identifies the message; completed during delivery
    std::optional<HttpPost> post{};
};

struct DeliveryCounts {
    std::map<int, std::uint64_t> statuses;  // of attempts; 0: no response
    std::uint64_t retried = 0;              // attempts after the first
    std::uint64_t delivered = 0;            // ended with 2xx
    std::uint64_t refused = 0;              // ended with 3xx or 4xx
    std::uint64_t given_up = 0;             // ended without retries left
    std::uint64_t challenged = 0;           // 401 responses that were answered with credentials
    std::size_t pending = 0;                // not ended yet
};

class DeliveryQueue {
  public:
    // `at_once`: the maximum number of concurrent attempts; at least 1.
    DeliveryQueue(boost::asio::any_io_executor executor, const DeliveryPolicy& policy, std::size_t at_once);
    ~DeliveryQueue();
    DeliveryQueue(const DeliveryQueue&) = delete;
    DeliveryQueue& operator=(const DeliveryQueue&) = delete;

    void push(DeliveryJob job, std::chrono::milliseconds after = {});

    const DeliveryCounts& counts() const;
    const DeliveryPolicy& policy() const;
    void change(const DeliveryPolicy& policy);

  private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace carecloud
