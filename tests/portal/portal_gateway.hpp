// What AWS API Gateway does before the portal sees a request: key, monthly quota, steady rate with a burst
// (the vendor's API documentation).
//
// Pure but for its counters: the caller brings the time. Used from one thread.
#pragma once

#include "portal/portal_reply.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace carecloud {

struct GatewaySettings {
    std::string api_key{};                    // empty: any key is good
    std::optional<double> per_second{};       // requests; none: no limit
    double burst = 10;                        // requests that may come at once
    std::optional<std::uint64_t> quota{};     // requests in all, until it is set anew
    std::optional<unsigned> retry_after_s{};  // sent with 429 for the rate
};

class PortalGateway {
  public:
    explicit PortalGateway(GatewaySettings settings);

    const GatewaySettings& settings() const { return settings_; }
    // The bucket is full and the quota unspent again.
    void change(GatewaySettings settings);
    std::uint64_t quota_used() const { return used_; }

    // The refusal, or nothing: let it pass. `now_s`: monotonic, in seconds.
    std::optional<PortalReply> check(std::string_view api_key, double now_s);

  private:
    GatewaySettings settings_;
    double tokens_;
    double filled_at_s_ = 0;
    std::uint64_t used_ = 0;
};

}  // namespace carecloud
