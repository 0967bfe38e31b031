#include "portal_wiring.hpp"

#include "base/packaged_service.hpp"
#include "runtime/files.hpp"
#include "runtime/text.hpp"

#include <algorithm>
#include <utility>

namespace carecloud {
namespace {

// The remedy as commands. The packaged service uses a copy of the key file, which only a restart renews; `carecloudctl
// doctor` reads the file itself.
std::string remedy_for_key(const std::string& file) {
    const PackagedService& service = PackagedService::own();
    if (is_credential(file)) {
        return "write a valid key to the source file of LoadCredential= in the unit (packaged: " +
               service.key_file() + "), then: systemctl restart " + service.unit();
    }
    return "write a valid key to portal.api_key_file (" + printable(file) +
           "); it takes effect within 10 seconds, or with the packaged unit after systemctl restart " +
           service.unit();
}

}  // namespace

Result<std::unique_ptr<HttpPortal>> make_portal(const Configuration& configuration, Clock& clock,
                                                PortalCallbacks callbacks) {
    const PortalSettings& portal = configuration.portal;
    auto key = read_secret_file(portal.api_key_file);
    if (!key) return key.error();
    if (configuration.log.level > LogLevel::debug) callbacks.on_request = {};
    return HttpPortal::create(
        clock, HttpPortalSettings{.base_url = portal.base_url,
                                  .workspace_id = portal.workspace_id,
                                  .bucket_id = portal.bucket_id,
                                  .api_key = std::move(*key),
                                  .key_remedy = remedy_for_key(portal.api_key_file),
                                  .ca_file = portal.ca_file.value_or(""),
                                  .timeout = portal.timeout,
                                  .idle_connections_max = std::max<std::size_t>(8, portal.lanes),
                                  .proxy = ProxyEnvironment::of_process(),
                                  .on_notice = std::move(callbacks.on_notice),
                                  .on_request = std::move(callbacks.on_request),
                                  .on_outcome = std::move(callbacks.on_outcome)});
}

}  // namespace carecloud
