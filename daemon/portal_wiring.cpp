#include "portal_wiring.hpp"

#include "runtime/secret_file.hpp"

#include <utility>

namespace carecloud {

Result<std::unique_ptr<HttpPortal>> make_portal(const Configuration& configuration, Clock& clock,
                                                PortalCallbacks callbacks) {
    const PortalSettings& portal = configuration.portal;
    auto key = read_secret_file(portal.api_key_file);
    if (!key) return key.error();
    if (configuration.log.level > LogLevel::debug) callbacks.on_request = {};
    return HttpPortal::create(clock, HttpPortalSettings{.base_url = portal.base_url,
                                                        .workspace_id = portal.workspace_id,
                                                        .bucket_id = portal.bucket_id,
                                                        .api_key = std::move(*key),
                                                        .ca_file = portal.ca_file.value_or(""),
                                                        .timeout = portal.timeout,
                                                        .proxy = ProxyEnvironment::of_process(),
                                                        .on_notice = std::move(callbacks.on_notice),
                                                        .on_request = std::move(callbacks.on_request)});
}

}  // namespace carecloud
