// The checks of AWS API Gateway before the portal sees a request: key, monthly quota, steady rate with a burst (the
// vendor's API documentation).
//
// Pure, except for its counters: the caller supplies the time. Not thread-safe.
#pragma once

#include "portal/portal_reply.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace carecloud {

struct GatewaySettings {
    std::string api_key{};                    // empty: any key is accepted
    std::optional<double> per_second{};       // requests; empty: no limit
    double burst = 10;                        // requests that may arrive at the same time
    std::optional<std::uint64_t> quota{};     // total requests, until it is set again
    std::optional<unsigned> retry_after_s{};  // sent with a 429 of the rate limit
};

class PortalGateway {
  public:
    explicit PortalGateway(GatewaySettings settings);

    const GatewaySettings& settings() const { return settings_; }
    // Also refills the bucket and resets the used quota.
    void change(GatewaySettings settings);
    std::uint64_t quota_used() const { return used_; }

    // Returns the refusal; std::nullopt to let the request pass. `now_s`: monotonic, in seconds.
    std::optional<PortalReply> check(std::string_view api_key, double now_s);

  private:
    GatewaySettings settings_;
    double tokens_;
    double filled_at_s_ = 0;
    std::uint64_t used_ = 0;
};

}  // namespace carecloud
