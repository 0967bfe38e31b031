// SNS's reaction to a delivery attempt (AWS, "Amazon SNS message delivery retries"): 2xx is a success, 4xx is final,
// 5xx and no response are retried a few times. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace carecloud {

inline constexpr unsigned kDeliveryRetriesMax = 100;  // SNS's own limit

struct DeliveryPolicy {
    std::chrono::milliseconds timeout{15'000};  // of an attempt, from connecting to the end of the response
    unsigned retries = 3;
    std::chrono::milliseconds retry_delay{20'000};
};

enum class DeliveryEnd {
    pending,    // not ended yet
    delivered,  // 2xx
    refused,    // 3xx, 4xx: not retried
    given_up,   // no retries left
    lost,       // never sent: a fault
};
std::string_view to_string(DeliveryEnd end);

// The result after attempt number `attempts`, counted from 1. `status` 0: no response. pending: retry after the
// policy's delay.
DeliveryEnd end_of_attempt(const DeliveryPolicy& policy, int status, unsigned attempts);

// The result of a message to a subscriber.
struct DeliveryResult {
    std::string message_id{};
    std::string record_id{};  // of its event; may be empty
    std::string type{};       // of the message
    DeliveryEnd end = DeliveryEnd::pending;
    int status = 0;  // of the last attempt; 0: no response
    unsigned attempts = 0;
    std::chrono::nanoseconds latency{};  // of the last attempt, until the end of the response
    std::string error{};                 // if there was no response
};

}  // namespace carecloud
