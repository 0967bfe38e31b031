#include "portal/publisher_policy.hpp"

namespace carecloud {

std::string_view to_string(DeliveryEnd end) {
    switch (end) {
        case DeliveryEnd::pending:
            return "pending";
        case DeliveryEnd::delivered:
            return "delivered";
        case DeliveryEnd::refused:
            return "refused";
        case DeliveryEnd::given_up:
            return "given_up";
        case DeliveryEnd::lost:
            return "lost";
    }
    return "";
}

DeliveryEnd end_of_attempt(const DeliveryPolicy& policy, int status, unsigned attempts) {
    if (status >= 200 && status <= 299) return DeliveryEnd::delivered;
    if (status >= 300 && status <= 499) return DeliveryEnd::refused;
    return attempts > policy.retries ? DeliveryEnd::given_up : DeliveryEnd::pending;
}

}  // namespace carecloud
