// Takes a changed configuration, and changed content of the files that it names, while the service runs. The endpoints
// and the portal follow at once; the engine once it has come to rest. Whatever cannot be used changes nothing. I/O
// thread alone.
#pragma once

#include "api_endpoint.hpp"
#include "runtime/inherited_sockets.hpp"
#include "service_parts.hpp"

#include <memory>
#include <optional>
#include <string>

namespace carecloud {

// What is read again.
struct ReloadSource {
    std::string file;  // of the configuration
    bool once;         // --once: only the portal's key is taken
};

class Reload {
  public:
    // `sockets` and `api` outlive it.
    Reload(const ServiceParts& parts, ApiEndpoint& api, const InheritedSockets& sockets, ReloadSource source);

    // Reads the configuration again. Why it was refused, a problem a line; empty: it is in use.
    std::string reload();

    // Checks the files every few seconds, until stop(): keys and certificates are changed by replacing their files
    // (hazard 10).
    Task<> watch_files();

    // For between two engines. True: there are new settings, which are those in use now.
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
    std::unique_ptr<Alarm> alarm_;
    std::optional<FileStamp> key_stamp_;
    bool stopped_ = false;
};

}  // namespace carecloud
