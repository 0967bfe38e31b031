// Delivers messages: several at once, each tried again by SNS's policy, and everything counted.
//
//     DeliveryQueue queue(executor, policy, 64);
//     queue.push({.wire = wire, .make = …, .done = …});
//     queue.push(std::move(late), 5s);
//
// On the thread that runs the executor. What is under way when the queue goes is dropped, and its `done` not
// called.
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
    std::function<HttpPost()> make{};  // called once, when its turn comes: a signature costs a millisecond
    std::function<void(const DeliveryResult&)> done{};
    DeliveryResult result{};  // who it is; filled in on the way
    std::optional<HttpPost> post{};
};

struct DeliveryCounts {
    std::map<int, std::uint64_t> statuses;  // of attempts; 0: no answer
    std::uint64_t retried = 0;              // attempts beyond the first
    std::uint64_t delivered = 0;            // ended with 2xx
    std::uint64_t refused = 0;              // ended with 3xx or 4xx
    std::uint64_t given_up = 0;             // ended without retries left
    std::uint64_t challenged = 0;           // answers 401 that were met with credentials
    std::size_t pending = 0;                // not ended yet
};

class DeliveryQueue {
  public:
    // `at_once`: most attempts under way; at least 1.
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
