// Applies a changed configuration, and changed content of the files that it names, while the service runs. The
// endpoints follow immediately, as does the portal's client if only its key changed; otherwise it and the engine follow
// once the engine has stopped. Unusable settings change nothing. I/O thread only.
#pragma once

#include "api_endpoint.hpp"
#include "runtime/inherited_sockets.hpp"
#include "service_parts.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace carecloud {

// The configuration to read again.
struct ReloadSource {
    std::string file;  // the configuration's
    bool once;         // --once: only a changed key of the portal is applied
};

class Reload {
  public:
    // `sockets` and `api` outlive it. `without_engine`: called when new settings are in use while no engine runs here.
    Reload(const ServiceParts& parts, ApiEndpoint& api, const InheritedSockets& sockets, ReloadSource source,
           std::function<void()> without_engine);

    // Reads the configuration again. Returns why it was refused, one problem per line; empty if it is in use.
    std::string reload();

    // Checks the files every few seconds, until stop(): keys and certificates are changed by replacing their files
    // (hazard 10).
    Task<> watch_files();

    // Called between two engines. True: there are new settings, which are in use now.
    bool take_next();

    void stop();

  private:
    Result<> apply(Result<Settings> prepared);
    void use_changed_key();
    void use_changed_files();
    void report_refused(const std::string& why);

    ServiceParts parts_;
    ApiEndpoint& api_;
    const InheritedSockets& sockets_;
    ReloadSource source_;
    std::function<void()> without_engine_;
    std::unique_ptr<Alarm> alarm_;
    std::optional<FileStamp> key_stamp_;
    bool stopped_ = false;
};

}  // namespace carecloud
