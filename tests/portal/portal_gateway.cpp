#include "portal/portal_gateway.hpp"

#include <algorithm>
#include <utility>

namespace carecloud {

PortalGateway::PortalGateway(GatewaySettings settings)
    : settings_(std::move(settings)), tokens_(settings_.burst) {}

void PortalGateway::change(GatewaySettings settings) {
    settings_ = std::move(settings);
    tokens_ = settings_.burst;
    used_ = 0;
}

std::optional<PortalReply> PortalGateway::check(std::string_view api_key, double now_s) {
    if (!settings_.api_key.empty() && api_key != settings_.api_key) return gateway_reply(403, "Forbidden");
    if (settings_.quota && used_ >= *settings_.quota) return gateway_reply(429, "Limit Exceeded");
    if (settings_.per_second) {
        const double gained = std::max(0.0, now_s - filled_at_s_) * *settings_.per_second;
        tokens_ = std::min(settings_.burst, tokens_ + gained);
        filled_at_s_ = now_s;
        if (tokens_ < 1) {
            PortalReply reply = gateway_reply(429, "Too Many Requests");
            if (settings_.retry_after_s)
                reply.headers.emplace_back("Retry-After", std::to_string(*settings_.retry_after_s));
            return reply;
        }
        tokens_ -= 1;
    }
    ++used_;
    return std::nullopt;
}

}  // namespace carecloud
