// What SNS does after an attempt to deliver (sns-facts, "Delivery"): 2xx is a success, 4xx is never tried
// again, 5xx and silence are, a few times. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace carecloud {

inline constexpr unsigned kDeliveryRetriesMax = 100;  // SNS's own limit

struct DeliveryPolicy {
    std::chrono::milliseconds timeout{15'000};  // of an attempt, from connecting to the answer's end
    unsigned retries = 3;
    std::chrono::milliseconds retry_delay{20'000};
};

enum class DeliveryEnd {
    pending,    // it goes on
    delivered,  // 2xx
    refused,    // 3xx, 4xx: never again
    given_up,   // the retries are used up
    lost,       // never sent: a fault
};
std::string_view to_string(DeliveryEnd end);

// After attempt number `attempts`, counted from 1. `status` 0: no answer came. pending: try again after the
// policy's delay.
DeliveryEnd end_of_attempt(const DeliveryPolicy& policy, int status, unsigned attempts);

// What became of one message to one subscriber.
struct DeliveryResult {
    std::string message_id{};
    std::string record_id{};  // of its event; may be empty
    std::string type{};       // of the message
    DeliveryEnd end = DeliveryEnd::pending;
    int status = 0;  // of the last attempt; 0: no answer
    unsigned attempts = 0;
    std::chrono::nanoseconds
        latency{};        // of the last attempt, from connecting or sending to the answer's end
    std::string error{};  // in words, where there was no answer
};

}  // namespace carecloud
